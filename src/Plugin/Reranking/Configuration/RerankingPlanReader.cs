using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace Reranking.Configuration;

/// <summary>Reads what <c>AddReranking</c> was given, strictly: a name, key or value that nothing understands is an error, not a default.</summary>
internal static class RerankingPlanReader
{
    public const string Scorers = "Scorers";
    private const string Provider = "Provider";
    private const string MinScore = "MinScore";
    private const string MinScoreModel = "MinScoreModel";
    private const string Timeout = "Timeout";
    private const string Use = "Use";
    private const string Keep = "Keep";
    private const string Stages = "Stages";
    private const string KeepLocal = "KeepLocal";
    private const string Shadow = "Shadow";
    private const string WarmUp = "WarmUp";

    private static readonly string[] RootKeys =
    [
        Use, Stages, Scorers, KeepLocal, Shadow, nameof(RerankingOptions.TopN), nameof(RerankingOptions.CandidateCount),
        nameof(RerankingOptions.UnscoredCandidates), nameof(RerankingOptions.Timeout), nameof(RerankingOptions.OnFailure),
        nameof(RerankingOptions.EnableSensitiveData), WarmUp,
    ];

    private static readonly string[] ScorerKeys = [Provider, MinScore, MinScoreModel, Timeout];

    /// <summary>Reads a configuration.</summary>
    /// <param name="live">The section, as it is now; it is copied first, so that the plan is of one moment.</param>
    /// <param name="providers">The kinds of scorers.</param>
    /// <param name="failures">Takes what is wrong.</param>
    /// <param name="code">What code says: scorers, who answers, and rules; or <see langword="null"/> for nothing.</param>
    /// <returns>The plan; of no use if there are failures.</returns>
    public static RerankingPlan Read(
        IConfigurationSection live, IReadOnlyCollection<RelevanceScorerProvider> providers, ICollection<string> failures, CodeConfiguration? code = null)
    {
        code ??= CodeConfiguration.Empty;
        IConfigurationSection section = Freeze(live);
        var root = new SectionReader(section, failures);
        string[] providerKeys = [.. providers.SelectMany(static provider => provider.RootKeys).Distinct(StringComparer.OrdinalIgnoreCase)];
        root.RefuseUnknownKeys([.. RootKeys.Union(providerKeys)], "reranking", misplaced: MinScore);
        if (root.Text(MinScore) is not null)
        {
            failures.Add(
                $"{root.Path}:{MinScore} is set, but a threshold belongs to a scorer, whose scale it is in; "
                + $"move it to {root.Path}:{Scorers}:<name>:{MinScore}.");
        }

        IConfigurationSection[] sections = [.. section.GetSection(Scorers).GetChildren()];
        if (sections.Length > 0 && code.Scorers.Count > 0)
        {
            failures.Add(
                $"{root.Path}:{Scorers} names scorers, and so does the code: {KnownNames.Or(code.Scorers.Select(static scorer => scorer.DisplayName))}. "
                + $"Move them all to {root.Path}:{Scorers}, or remove that section.");
        }

        string[] names = [.. sections.Select(static scorer => scorer.Key), .. code.Scorers.Select(static scorer => scorer.Name)];
        if (names.Length == 0)
        {
            failures.Add(code.HasSection
                ? $"{root.Path}:{Scorers} names no scorer; expected one or more, such as \"local\": {{ \"Provider\": "
                    + $"\"{providers.FirstOrDefault()?.Name ?? "Onnx"}\" }}."
                    + (section.Exists() ? "" : $" The section {root.Path} is empty or missing: check its name, and that its file was found.")
                : "AddReranking() was given no scorer; expected one or more. "
                    + "Call AddOnnx(), AddCohere() or AddScorer() on the builder that it returns, or pass a section that names scorers.");
        }

        IReadOnlyList<StagePlan> stages = ReadStages(root, section, names, failures, code);
        SectionReader keepLocal = root.Section(KeepLocal);
        bool isKeepLocalNamed = section.GetChildren().Any(static child => child.Key.Equals(KeepLocal, StringComparison.OrdinalIgnoreCase));
        string? localScorer = keepLocal.Name(Use, names);
        string? shadowScorer = ReadShadowScorer(root, section.GetSection(Shadow), names, failures);
        HashSet<string?> used = [.. stages.SelectMany(static stage => stage.Use), localScorer, shadowScorer];
        var scorers = new Dictionary<string, ScorerPlan>(StringComparer.OrdinalIgnoreCase);
        foreach (IConfigurationSection scorer in sections)
        {
            if (ReadScorer(scorer, providers, used.Contains(scorer.Key), failures) is { } plan)
            {
                scorers.Add(scorer.Key, plan);
            }
        }

        foreach (CodeScorer scorer in code.Scorers)
        {
            scorers.TryAdd(scorer.Name, new ScorerPlan(scorer.Settings, scorer.Create, scorer.Name));
        }

        return new RerankingPlan
        {
            Options = code.HasSection ? ReadOptions(root) : code.ReadOptions(failures),
            WarmUp = root.Choice(WarmUp, code.WarmUp),
            Scorers = scorers,
            Stages = stages,
            LocalScorer = localScorer,
            ShadowScorer = shadowScorer,
            Shadow = ReadShadow(root.Section(Shadow)),
            KeepLocal = ReadKeepLocal(keepLocal, section.GetSection(KeepLocal), isKeepLocalNamed, code.HasKeepLocalRule, failures),
            Fingerprint = Fingerprint(section, providerKeys),
            ReadAtStart = providerKeys.Select(section.GetSection).ToDictionary(static shared => shared.Path, static shared => Fingerprint(shared, [])),
        };
    }

    private static IConfigurationSection Freeze(IConfigurationSection live) =>
        new ConfigurationBuilder().AddInMemoryCollection(live.AsEnumerable()).Build().GetSection(live.Path);

    private static RerankingOptions ReadOptions(SectionReader root)
    {
        var defaults = new RerankingOptions();
        return new RerankingOptions
        {
            TopN = root.Integer(nameof(defaults.TopN), 1, defaults.TopN),
            CandidateCount = root.Integer(nameof(defaults.CandidateCount), 1, defaults.CandidateCount),
            UnscoredCandidates = root.Choice(nameof(defaults.UnscoredCandidates), defaults.UnscoredCandidates),
            Timeout = root.Duration(nameof(defaults.Timeout)) ?? defaults.Timeout,
            OnFailure = root.Choice(nameof(defaults.OnFailure), defaults.OnFailure),
            EnableSensitiveData = root.Flag(nameof(defaults.EnableSensitiveData), defaults.EnableSensitiveData),
        };
    }

    private static List<StagePlan> ReadStages(
        SectionReader root, IConfigurationSection section, string[] names, ICollection<string> failures, CodeConfiguration code)
    {
        bool hasUse = section.GetSection(Use).Exists();
        if (hasUse && code.Use.Count > 0)
        {
            failures.Add($"{root.Path}:{Use} is set, and the code calls Use({string.Join(", ", code.Use)}); expected one of them.");
        }

        IReadOnlyList<string> use = hasUse ? root.Names(Use, names) : ReadUse(code, names, failures);
        hasUse |= code.Use.Count > 0;
        if (section.GetSection(Stages).Value is { Length: > 0 } text)
        {
            failures.Add($"{root.Path}:{Stages} is '{text}'; expected a list, such as [ {{ \"Use\": \"fast\", \"Keep\": 20 }}, {{ \"Use\": \"strong\" }} ].");
        }

        IConfigurationSection[] stages = [.. section.GetSection(Stages).GetChildren()];
        if (stages.Length == 0)
        {
            if (!hasUse && names.Length > 1)
            {
                failures.Add(code.HasSection
                    ? $"{root.Path}:{Use} is not set; expected the name of a scorer: {KnownNames.Or(names)}."
                    : $"{names.Length} scorers are registered, and nothing says which one answers. "
                        + $"Call Use() with one or more of their names: {KnownNames.Or(names)}.");
            }

            return [new StagePlan(!hasUse && names.Length == 1 ? names : use, int.MaxValue)];
        }

        if (hasUse)
        {
            failures.Add($"{root.Path}:{Use} and {root.Path}:{Stages} are both set; expected one of them.");
        }

        List<StagePlan> plans = [];
        for (int i = 0; i < stages.Length; i++)
        {
            var stage = new SectionReader(stages[i], failures);
            stage.RefuseUnknownKeys([Use, Keep], "a stage");
            IReadOnlyList<string> stageUse = stage.Names(Use, names);
            if (!stages[i].GetSection(Use).Exists())
            {
                failures.Add($"{stage.Path}:{Use} is not set; expected the name of a scorer: {KnownNames.Or(names)}.");
            }

            bool isLast = i == stages.Length - 1;
            if (stage.Text(Keep) is null != isLast)
            {
                failures.Add(isLast
                    ? $"{stage.Path}:{Keep} is '{stage.Text(Keep)}'; expected none in the last stage: "
                        + $"{root.Path}:{nameof(RerankingOptions.TopN)} says how many the ranking holds."
                    : $"{stage.Path}:{Keep} is not set; expected how many of the best documents go on to the next stage, at least 1.");
            }

            plans.Add(new StagePlan(stageUse, isLast ? int.MaxValue : stage.Integer(Keep, 1, 1)));
        }

        return plans;
    }

    private static List<string> ReadUse(CodeConfiguration code, string[] names, ICollection<string> failures)
    {
        List<string> use = [];
        foreach (string wanted in code.Use)
        {
            if (names.FirstOrDefault(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase)) is not { } name)
            {
                failures.Add($"Use() names '{wanted}'; expected the name of a scorer: {KnownNames.Or(names)}.{KnownNames.Hint(wanted, names)}");
            }
            else if (use.Contains(name))
            {
                failures.Add($"Use() names '{name}' twice; expected each scorer once.");
            }
            else
            {
                use.Add(name);
            }
        }

        return use;
    }

    private static ScorerPlan? ReadScorer(
        IConfigurationSection section, IReadOnlyCollection<RelevanceScorerProvider> providers, bool isUsed, ICollection<string> failures)
    {
        var scorer = new SectionReader(section, failures);
        string? providerName = scorer.Text(Provider);
        string[] providerNames = [.. providers.Select(static provider => provider.Name)];
        RelevanceScorerProvider? provider = providers.FirstOrDefault(candidate => candidate.Name.Equals(providerName, StringComparison.OrdinalIgnoreCase));
        if (provider is null)
        {
            if (providerName is null && providers.Count > 0)
            {
                // Perhaps the key is there, but misspelled.
                scorer.RefuseUnknownKeys(
                    [.. ScorerKeys.Union(providers.SelectMany(static known => known.Keys), StringComparer.OrdinalIgnoreCase)], "a scorer");
            }

            string expected = providers.Count == 0
                ? "a provider, but none is registered: call AddOnnx() or AddCohere() after AddReranking()"
                : KnownNames.Or(providerNames);
            return scorer.Refuse<ScorerPlan?>(Provider, providerName, expected, null, providerNames);
        }

        scorer.RefuseUnknownKeys([.. ScorerKeys.Union(provider.Keys, StringComparer.OrdinalIgnoreCase)], $"the provider {provider.Name}");
        double? minScore = scorer.Share(MinScore);
        string? minScoreModel = scorer.Text(MinScoreModel);
        if (minScoreModel is not null && minScore is null)
        {
            failures.Add($"{scorer.Path}:{MinScoreModel} is '{minScoreModel}', but there is no {MinScore}; expected both or none.");
        }

        var settings = new NamedScorerSettings(section.Key, section.Path, minScore, minScoreModel, scorer.Duration(Timeout));
        foreach (string failure in provider.Validate(section, isUsed))
        {
            failures.Add(failure);
        }

        // A threshold may change without the model being loaded again.
        return new ScorerPlan(settings, () => provider.Create(section.Key, section), Fingerprint(section, [MinScore, MinScoreModel]));
    }

    // "Shadow": "cohere", or with settings: "Shadow": { "Use": "cohere", "SampleRate": 0.05 }
    private static string? ReadShadowScorer(SectionReader root, IConfigurationSection section, string[] names, ICollection<string> failures)
    {
        if (!section.Exists())
        {
            return null;
        }

        if (section.GetChildren().Any() && root.RefuseNameBeside(section, "section", "with settings"))
        {
            return null;
        }

        var shadow = new SectionReader(section, failures);
        shadow.RefuseUnknownKeys(
            [
                Use,
                nameof(ShadowRelevanceScorerOptions.SampleRate),
                nameof(ShadowRelevanceScorerOptions.OverlapAt),
                nameof(ShadowRelevanceScorerOptions.MaxConcurrency),
                nameof(ShadowRelevanceScorerOptions.Timeout),
            ],
            "the shadow");
        if (section.Value is null && !section.GetSection(Use).Exists())
        {
            failures.Add($"{shadow.Path}:{Use} is not set; expected the name of a scorer: {KnownNames.Or(names)}.");
        }

        return section.Value is null ? shadow.Name(Use, names) : root.Name(Shadow, names);
    }

    private static ShadowRelevanceScorerOptions ReadShadow(SectionReader shadow)
    {
        var defaults = new ShadowRelevanceScorerOptions();
        return new ShadowRelevanceScorerOptions
        {
            SampleRate = shadow.Share(nameof(defaults.SampleRate)) ?? defaults.SampleRate,
            OverlapAt = shadow.Integer(nameof(defaults.OverlapAt), 1, defaults.OverlapAt),
            MaxConcurrency = shadow.Integer(nameof(defaults.MaxConcurrency), 1, defaults.MaxConcurrency),
            Timeout = shadow.Duration(nameof(defaults.Timeout), TimeSpan.FromDays(1)) ?? defaults.Timeout,
        };
    }

    // A rule that is not understood must not be taken for none.
    private static KeepLocalField? ReadKeepLocal(
        SectionReader reader, IConfigurationSection section, bool isNamed, bool hasRuleInCode, ICollection<string> failures)
    {
        const string Field = "Field";
        const string Value = "Value";
        const string WhenMissing = "WhenMissing";
        if (!section.Exists())
        {
            if (isNamed)
            {
                failures.Add($"{reader.Path} is empty; expected a rule, such as {{ \"{Field}\": \"confidential\" }}, or no {KeepLocal} at all.");
            }

            return null;
        }

        if (section.Value is { } value)
        {
            failures.Add($"{reader.Path} is '{value}'; expected a section, such as {{ \"{Field}\": \"confidential\" }}.");
            return null;
        }

        reader.RefuseUnknownKeys([Field, Value, WhenMissing, Use], "the rule that keeps texts local");
        MissingField missing = reader.Choice(WhenMissing, MissingField.Local);
        if (section[Value] is { } blank && string.IsNullOrWhiteSpace(blank))
        {
            failures.Add($"{reader.Path}:{Value} is empty; expected the value that keeps a text on this machine, such as \"true\".");
        }

        if (reader.Text(Field) is { } field)
        {
            if (field.Split('.').Any(string.IsNullOrWhiteSpace))
            {
                failures.Add($"{reader.Path}:{Field} is '{field}'; expected names separated by dots, such as \"confidential\" or \"Metadata.confidential\".");
            }

            return new KeepLocalField(field, reader.Text(Value) ?? "true", missing);
        }

        if (!hasRuleInCode || section[Field] is not null || section[Value] is not null || section[WhenMissing] is not null)
        {
            failures.Add($"{reader.Path}:{Field} is not set; expected the name of a metadata field, such as \"confidential\".");
        }

        return null;
    }

    // The values hold keys, so only their hash is kept.
    private static string Fingerprint(IConfigurationSection section, string[] without)
    {
        var text = new StringBuilder();
        foreach ((string key, string? value) in section.AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null && !without.Contains(pair.Key.Split(ConfigurationPath.KeyDelimiter)[0], StringComparer.OrdinalIgnoreCase))
            .OrderBy(static pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            text.Append(key.ToUpperInvariant()).Append('\0').Append(value).Append('\0');
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
