using Microsoft.Extensions.Configuration;

namespace Reranking.Tests;

/// <summary>Makes scripted scorers out of configuration, and remembers them.</summary>
internal sealed class ScriptedProvider(string name = "Scripted", bool isHosted = false) : RelevanceScorerProvider(name)
{
    private readonly List<ScriptedScorer> _made = [];

    public override IReadOnlyCollection<string> Keys => ["Model", "Limit", "ApiKey"];

    public override IReadOnlyCollection<string> RootKeys => ["Store"];

    public Action<string, ScriptedScorer>? OnCreate { get; set; }

    /// <summary>Gets or sets what happens while a configuration is read.</summary>
    public Action? OnValidate { get; set; }

    /// <summary>Gets the scorers made so far, in order.</summary>
    public IReadOnlyList<ScriptedScorer> Made
    {
        get
        {
            lock (_made)
            {
                return [.. _made];
            }
        }
    }

    public override IEnumerable<string> Validate(IConfigurationSection section, bool isUsed)
    {
        OnValidate?.Invoke();
        if (section["Limit"] is { } limit && !int.TryParse(limit, out _))
        {
            yield return $"{section.Path}:Limit is '{limit}'; expected a whole number.";
        }

        if (isUsed && section["ApiKey"] == "")
        {
            yield return $"{section.Path}:ApiKey is not set.";
        }
    }

    public override IRelevanceScorer Create(string scorerName, IConfigurationSection section)
    {
        var scorer = new ScriptedScorer(section["Model"] ?? scorerName, isHosted);
        OnCreate?.Invoke(scorerName, scorer);
        lock (_made)
        {
            _made.Add(scorer);
        }

        return scorer;
    }
}
