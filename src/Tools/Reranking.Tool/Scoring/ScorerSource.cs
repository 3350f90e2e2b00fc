using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Reranking.Onnx;

namespace Reranking.Tool.Scoring;

/// <summary>The scorers that the command line names: those of an application's settings, a model, or the one inside.</summary>
internal sealed class ScorerSource : IAsyncDisposable
{
    private const string Section = "Reranking";

    private readonly ServiceProvider? _services;
    private readonly List<IRelevanceScorer> _own = [];

    private ScorerSource(ServiceProvider? services) => _services = services;

    /// <summary>Gets the scorers with their names, as results call them.</summary>
    public IReadOnlyList<EvaluatedScorer> Scorers { get; private set; } = [];

    /// <summary>Opens the scorers.</summary>
    /// <param name="options">What the command line says.</param>
    /// <param name="onlyOne">Whether the command takes one: then that which answers in the application, unless one is named.</param>
    /// <exception cref="ToolException">The settings do not do.</exception>
    public static ScorerSource Open(ScorerOptions options, bool onlyOne)
    {
        if (options.IsDryRun)
        {
            return Own([("dry-run", new LengthScorer())]);
        }

        if (options.Config is { } file)
        {
            return options.Models.Length == 0
                ? FromSettings(file, options, onlyOne)
                : throw new ToolException("--config and --model were both given; expected one of them.", ExitCode.Usage);
        }

        if (options.Names.Length > 0)
        {
            throw new ToolException("--scorer names a scorer of --config, which was not given; expected both, or --model.", ExitCode.Usage);
        }

        if (options.Prices.Count > 0)
        {
            throw new ToolException("--price is for scorers of --config, which was not given; expected both.", ExitCode.Usage);
        }

        if (options.Models.Length > 1 && onlyOne)
        {
            throw new ToolException($"--model was given {options.Models.Length} times; expected one for this command.", ExitCode.Usage);
        }

        string[] models = options.Models.Length == 0 ? [ModelReference.Bundled] : options.Models;
        return Own([.. models.Select(ModelReference.Parse).Select(
            model => (model.ShortName, (IRelevanceScorer)new OnnxRelevanceScorer(Configure(model, options))))]);
    }

    public async ValueTask DisposeAsync()
    {
        _own.ForEach(static scorer => scorer.Dispose());
        if (_services is not null)
        {
            await _services.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static ScorerSource Own((string Name, IRelevanceScorer Scorer)[] scorers)
    {
        var source = new ScorerSource(null) { Scorers = [.. scorers.Select(static scorer => new EvaluatedScorer(scorer.Name, scorer.Scorer))] };
        source._own.AddRange(scorers.Select(static scorer => scorer.Scorer));
        return source;
    }

    private static OnnxScorerOptions Configure(ModelReference model, ScorerOptions options) => new()
    {
        ModelPath = model.Path,
        Model = model.Name,
        LongDocuments = options.ReadWhole ? LongDocumentMode.Windows : LongDocumentMode.Truncate,
    };

    private static ScorerSource FromSettings(string file, ScorerOptions options, bool onlyOne)
    {
        if (options.Names.Length > 1 && onlyOne)
        {
            throw new ToolException($"--scorer was given {options.Names.Length} times; expected one for this command.", ExitCode.Usage);
        }

        IConfigurationSection section = SettingsFile.Read(file).GetSection(Section);
        string[] names = [.. section.GetSection("Scorers").GetChildren().Select(static scorer => scorer.Key)];
        if (names.Length == 0)
        {
            throw new ToolException($"'{file}' has no scorers; expected the section {Section}:Scorers, as in an application.");
        }

        if (options.Names.FirstOrDefault(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw new ToolException($"--scorer is '{unknown}'; expected one of {string.Join(", ", names)}, as in {Section}:Scorers of '{file}'.");
        }

        string[] measured = options.Names.Length > 0 ? options.Names : names;
        if (options.Prices.Keys.FirstOrDefault(name => !measured.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } priced)
        {
            throw new ToolException($"--price names '{priced}'; expected one of {string.Join(", ", measured)}.", ExitCode.Usage);
        }

        var services = new ServiceCollection();
        services.AddReranking(section).AddOnnx().AddHttp();
        ServiceProvider provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return new ScorerSource(provider) { Scorers = [.. Choose(provider, section, names, options, onlyOne)] };
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    private static IEnumerable<EvaluatedScorer> Choose(
        ServiceProvider provider, IConfigurationSection section, string[] names, ScorerOptions options, bool onlyOne)
    {
        if (options.Names.Length == 0)
        {
            // What answers in the application; a cascade is more than its scorers, so an evaluation measures it as well.
            bool hasStages = section.GetSection("Stages").GetChildren().Any();
            string root = hasStages ? "stages" : section["Use"] ?? (names.Length == 1 ? names[0] : "chain");
            if (onlyOne || hasStages)
            {
                yield return new EvaluatedScorer(root, provider.GetRequiredService<IRelevanceScorer>());
            }

            if (onlyOne)
            {
                yield break;
            }
        }

        foreach (string name in options.Names.Length > 0 ? options.Names : names)
        {
            options.Prices.TryGetValue(name, out ScorerPrice? price);
            yield return new EvaluatedScorer(name, provider.GetRequiredKeyedService<IRelevanceScorer>(name))
            {
                PriceOfThousandSearchUnits = price?.ThousandSearchUnits,
                PriceOfMillionTokens = price?.MillionTokens,
            };
        }
    }
}
