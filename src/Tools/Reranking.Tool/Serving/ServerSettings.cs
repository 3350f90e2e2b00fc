using Microsoft.Extensions.Configuration;
using Reranking.Tool.Scoring;

namespace Reranking.Tool.Serving;

/// <summary>The configuration of the server: a file, which is watched, or the models of the command line; then the environment.</summary>
internal static class ServerSettings
{
    private const string Scorers = "Reranking:Scorers";

    /// <summary>Adds the sources, the strongest last.</summary>
    /// <exception cref="ToolException">The file does not exist or is not JSON, or a model is unknown.</exception>
    public static void AddTo(ConfigurationManager configuration, ServeOptions options)
    {
        if (options.Config is { } file)
        {
            if (options.Models.Length > 0)
            {
                throw new ToolException("--config and --model were both given; expected one of them.", ExitCode.Usage);
            }

            SettingsFile.AddTo(configuration, file, reloadOnChange: true);
        }
        else
        {
            configuration.AddInMemoryCollection(OfModels(options.Models));
        }

        configuration.AddEnvironmentVariables();
        string hashes = $"{RerankingServerOptions.SectionName}:{nameof(RerankingServerOptions.ApiKeyHashes)}";
        int known = configuration.GetSection(hashes).GetChildren().Count();
        configuration.AddInMemoryCollection(options.ApiKeyHashes.Select((hash, i) => KeyValuePair.Create($"{hashes}:{known + i}", (string?)hash)));
        if (!configuration.GetSection(Scorers).GetChildren().Any())
        {
            throw new ToolException($"'{options.Config}' has no scorers; expected the section {Scorers}, as in an application.");
        }
    }

    private static Dictionary<string, string?> OfModels(string[] models)
    {
        Dictionary<string, string?> settings = new(StringComparer.OrdinalIgnoreCase);
        foreach (ModelReference model in (models.Length == 0 ? [ModelReference.Bundled] : models).Select(ModelReference.Parse))
        {
            string scorer = $"{Scorers}:{model.ShortName}";
            if (!settings.TryAdd($"{scorer}:Provider", "Onnx"))
            {
                throw new ToolException($"--model names '{model.ShortName}' twice; expected each model once.", ExitCode.Usage);
            }

            settings.TryAdd("Reranking:Use", model.ShortName);
            if (model.Path is not null || model.Name is not null)
            {
                settings[$"{scorer}:{(model.Path is null ? "Model" : "ModelPath")}"] = model.Path ?? model.Name;
            }
        }

        return settings;
    }
}
