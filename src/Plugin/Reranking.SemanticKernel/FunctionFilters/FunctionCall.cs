using Microsoft.SemanticKernel;

namespace Reranking;

/// <summary>What the caller of a reranked function asked for.</summary>
/// <param name="Query">The text to rerank by.</param>
/// <param name="Count">How many results are wanted, or null where the caller can't say.</param>
/// <param name="Skip">How many results are left out, or null where the caller did not say or can't.</param>
internal sealed record FunctionCall(string Query, int? Count, int? Skip)
{
    /// <summary>Gets what is cut out of the ranking.</summary>
    public ResultPage Page => new(Count is null ? 0 : Skip ?? 0, Count ?? int.MaxValue);

    /// <summary>Reads a call, or gives null where it is none to rerank: without a query, or with a number that the function will have to complain about.</summary>
    /// <param name="reranked">How the arguments are called.</param>
    /// <param name="function">Knows the defaults of its parameters.</param>
    /// <param name="arguments">The arguments of the call.</param>
    /// <param name="unreadable">The name of the argument that should be a number and is none, or null.</param>
    public static FunctionCall? Read(RerankedFunction reranked, KernelFunction function, KernelArguments arguments, out string? unreadable)
    {
        string? query = ArgumentReader.GetText(arguments, reranked.QueryArgument);
        object? count = Value(function, arguments, reranked.CountArgument);
        object? skip = Value(function, arguments, reranked.SkipArgument);
        var call = new FunctionCall(query ?? "", ArgumentReader.ToNumber(count), ArgumentReader.ToNumber(skip));
        unreadable = count is not null && call.Count is not >= 1 ? reranked.CountArgument
            : skip is not null && call.Skip is not >= 0 ? reranked.SkipArgument
            : null;
        return unreadable is null && !string.IsNullOrWhiteSpace(query) ? call : null;
    }

    private static object? Value(KernelFunction function, KernelArguments arguments, string name) =>
        arguments.TryGetValue(name, out object? value) ? value
        : function.Metadata.Parameters.FirstOrDefault(parameter => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))?.DefaultValue;
}
