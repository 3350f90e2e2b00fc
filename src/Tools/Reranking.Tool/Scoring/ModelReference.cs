using Reranking.Onnx;

namespace Reranking.Tool.Scoring;

/// <summary>A model as the command line names it: a folder or a file here, or a name of the hub.</summary>
/// <param name="Path">The full path of the folder or file.</param>
/// <param name="Name">The name, with its owner.</param>
internal sealed record ModelReference(string? Path, string? Name)
{
    /// <summary>The model inside the tool.</summary>
    public const string Bundled = "bundled";

    /// <summary>Gets what results call the model: the last part of its path or name.</summary>
    public string ShortName => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path ?? Name ?? Bundled));

    /// <summary>Reads a value of <c>--model</c>. A name without an owner is that of the one model of the catalog that ends in it.</summary>
    /// <exception cref="ToolException">It is none of these.</exception>
    public static ModelReference Parse(string model)
    {
        if (Directory.Exists(model) || File.Exists(model))
        {
            return new ModelReference(System.IO.Path.GetFullPath(model), null);
        }

        if (model is Bundled)
        {
            return new ModelReference(null, null);
        }

        if (model.Contains('/', StringComparison.Ordinal))
        {
            return new ModelReference(null, model);
        }

        string[] known = [.. ModelCatalog.Entries.Select(static entry => entry.Id).Where(id => id.EndsWith($"/{model}", StringComparison.OrdinalIgnoreCase))];
        return known is [string only]
            ? new ModelReference(null, only)
            : throw new ToolException(
                $"The model is '{model}', which is neither a folder nor a file here, nor a name such as BAAI/bge-reranker-v2-m3. Check --model, or the name "
                    + "after the command. 'rerank models list' shows names.");
    }
}
