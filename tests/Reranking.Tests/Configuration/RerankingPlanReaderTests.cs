using System.Text;
using Microsoft.Extensions.Configuration;
using Reranking.Configuration;

namespace Reranking.Tests;

public class RerankingPlanReaderTests
{
    private const string TwoScorers =
        """ "Scorers": { "local": { "Provider": "Scripted" }, "cohere": { "Provider": "Hosted", "Model": "rerank-v4.0-fast","""
        + """ "ApiKey": "", "MinScore": 0.2 } } """;

    private static readonly RelevanceScorerProvider[] Providers = [new ScriptedProvider(), new ScriptedProvider("Hosted", isHosted: true)];

    [Fact]
    public void Read_ExampleOfTheReadme_GivesThePlan()
    {
        (RerankingPlan plan, List<string> failures) = Read(
            """{ "Use": "local", "TopN": 7, "CandidateCount": 40, "Timeout": "00:00:02", "OnFailure": "throw","""
            + $$""" "UnscoredCandidates": "Drop", "EnableSensitiveData": "true", {{TwoScorers}} }""");

        Assert.Empty(failures);
        Assert.Equal((7, 40, TimeSpan.FromSeconds(2)), (plan.Options.TopN, plan.Options.CandidateCount, plan.Options.Timeout));
        Assert.Equal(
            (RerankingFailureMode.Throw, UnscoredCandidates.Drop, true),
            (plan.Options.OnFailure, plan.Options.UnscoredCandidates, plan.Options.EnableSensitiveData));
        Assert.Equal(["local"], Assert.Single(plan.Stages).Use);
        Assert.Equal(["cohere", "local"], plan.Scorers.Keys.Order());
        Assert.Equal(new NamedScorerSettings("cohere", "Reranking:Scorers:cohere", 0.2, null, null), plan.Scorers["COHERE"].Settings);
        Assert.Equal("rerank-v4.0-fast", ModelOf(plan, "cohere"));
    }

    [Fact]
    public void Read_NothingButAScorer_GivesTheDefaults()
    {
        (RerankingPlan plan, List<string> failures) = Read("""{ "Scorers": { "local": { "Provider": "scripted" } } }""");

        Assert.Empty(failures);
        Assert.Equivalent(new RerankingOptions(), plan.Options);
        Assert.Equal(["local"], Assert.Single(plan.Stages).Use);
        Assert.Null(plan.KeepLocal);
    }

    [Fact]
    public void Read_ListAndStages_KeepTheirOrder()
    {
        (RerankingPlan chain, List<string> chainFailures) = Read(
            """{ "Use": [ "local", "Local2" ], "Scorers": { "local2": { "Provider": "Scripted" }, "local": { "Provider": "Scripted","""
            + """ "Timeout": "00:00:00.5" } } }""");
        (RerankingPlan cascade, List<string> cascadeFailures) = Read(
            """{ "Stages": [ { "Use": "fast", "Keep": 30 }, { "Use": [ "strong", "fast" ] } ],"""
            + """ "Scorers": { "strong": { "Provider": "Scripted" }, "fast": { "Provider": "Scripted" } } }""");

        Assert.Empty(chainFailures.Concat(cascadeFailures));
        Assert.Equal(["local", "local2"], Assert.Single(chain.Stages).Use);
        Assert.Equal(TimeSpan.FromSeconds(0.5), chain.Scorers["local"].Settings.Timeout);
        Assert.Equal([("fast", 30), ("strong, fast", int.MaxValue)], cascade.Stages.Select(stage => (string.Join(", ", stage.Use), stage.Keep)));
    }

    [Fact]
    public void Read_KeepLocal_GivesRuleAndScorer()
    {
        (RerankingPlan plan, List<string> failures) = Read(
            """{ "KeepLocal": { "Field": "confidential", "Value": "yes", "Use": "local" }, "Scorers": { "local": { "Provider": "Scripted" } } }""");

        Assert.Empty(failures);
        Assert.Equal(new KeepLocalField("confidential", "yes").ToString(), plan.KeepLocal?.ToString());
        Assert.Equal("local", plan.LocalScorer);
    }

    [Fact]
    public void Read_Shadow_GivesScorerAndOptions()
    {
        (RerankingPlan named, List<string> namedFailures) = Read(
            """{ "Use": "a", "Shadow": "b", "Scorers": { "a": { "Provider": "Scripted" }, "b": { "Provider": "Scripted" } } }""");
        (RerankingPlan full, List<string> fullFailures) = Read(
            """{ "Use": "a", "Shadow": { "Use": "b", "SampleRate": 0.5, "OverlapAt": 3, "MaxConcurrency": 2, "Timeout": "00:00:09" },"""
            + """ "Scorers": { "a": { "Provider": "Scripted" }, "b": { "Provider": "Scripted" } } }""");

        Assert.Empty(namedFailures.Concat(fullFailures));
        Assert.Equal(("b", "b"), (named.ShadowScorer, full.ShadowScorer));
        Assert.Equivalent(new ShadowRelevanceScorerOptions(), named.Shadow);
        Assert.Equivalent(
            new ShadowRelevanceScorerOptions { SampleRate = 0.5, OverlapAt = 3, MaxConcurrency = 2, Timeout = TimeSpan.FromSeconds(9) }, full.Shadow);
    }

    [Theory]
    [InlineData(
        """{ "Use": "local", "Shadow": "coher", TWO }""",
        "Reranking:Shadow is 'coher'; expected the name of a scorer: cohere or local. Did you mean 'cohere'?")]
    [InlineData(
        """{ "Use": "local", "Shadow": { "SampleRate": 1 }, TWO }""",
        "Reranking:Shadow:Use is not set; expected the name of a scorer: cohere or local.")]
    [InlineData(
        """{ "Use": "local", "Shadow": { "Use": "local", "SampleRate": 2 }, TWO }""",
        "Reranking:Shadow:SampleRate is '2'; expected a number from 0 to 1, or none.")]
    [InlineData(
        """{ "Use": "local", "Shadow": { "Use": "local", "SampelRate": 1 }, TWO }""",
        "Reranking:Shadow:SampelRate is not a setting of the shadow; expected one of MaxConcurrency, OverlapAt, SampleRate, Timeout, Use. " +
        "Did you mean 'SampleRate'?")]
    [InlineData(
        """{ "Use": "local", "Shadow": { "Use": "local", "Timeout": "2.00:00:00" }, TWO }""",
        "Reranking:Shadow:Timeout is '2.00:00:00'; expected a time as hours:minutes:seconds, such as 00:00:02, of more than 00:00:00 and at most 1.00:00:00.")]
    [InlineData("""{ "Use": "local", "Shadow": "cohere", TWO }""", "Reranking:Scorers:cohere:ApiKey is not set.")]
    [InlineData(
        """{ }""",
        """Reranking:Scorers names no scorer; expected one or more, such as "local": { "Provider": "Scripted" }. """
        + "The section Reranking is empty or missing: check its name, and that its file was found.")]
    [InlineData("""{ "TopN": 5 }""", """Reranking:Scorers names no scorer; expected one or more, such as "local": { "Provider": "Scripted" }.""")]
    [InlineData("""{ "Use": "locl", TWO }""", "Reranking:Use is 'locl'; expected the name of a scorer: cohere or local. Did you mean 'local'?")]
    [InlineData("""{ "Use": [ "local", "jina" ], TWO }""", "Reranking:Use:1 is 'jina'; expected the name of a scorer: cohere or local.")]
    [InlineData("""{ "Use": [ "local", "local" ], TWO }""", "Reranking:Use:1 is 'local', which is already listed; expected each scorer once.")]
    [InlineData(
        """{ "Use": "local", "Use:0": "cohere", TWO }""",
        "Reranking:Use is 'local' and a list that begins with 'cohere'; expected one of them. One source of the configuration sets the name and another one " +
        "the list: write a list in both.")]
    [InlineData(
        """{ "Use": "local", "Shadow": "cohere", "Shadow:Use": "local", TWO }""",
        "Reranking:Shadow is 'cohere' and a section with settings; expected one of them. One source of the configuration sets the name and another one the " +
        "section: write a section in both.")]
    [InlineData(
        """{ "Use": "local", "Stages": "cohere", TWO }""",
        "Reranking:Stages is 'cohere'; expected a list, such as [ { \"Use\": \"fast\", \"Keep\": 20 }, { \"Use\": \"strong\" } ].")]
    [InlineData("""{ "Use": "", TWO }""", "Reranking:Use is ''; expected the name of a scorer: cohere or local.")]
    [InlineData("""{ TWO }""", "Reranking:Use is not set; expected the name of a scorer: cohere or local.")]
    [InlineData("""{ "Use": "cohere", TWO }""", "Reranking:Scorers:cohere:ApiKey is not set.")]
    [InlineData(
        """{ "Use": "local", "TopNn": 3, TWO }""",
        "Reranking:TopNn is not a setting of reranking; expected one of CandidateCount, EnableSensitiveData, KeepLocal, OnFailure, Scorers, " +
        "Shadow, Stages, Store, Timeout, TopN, UnscoredCandidates, Use, WarmUp. Did you mean 'TopN'?")]
    [InlineData(
        """{ "Use": "local", "MinScore": 0.3, TWO }""",
        "Reranking:MinScore is set, but a threshold belongs to a scorer, whose scale it is in; move it to Reranking:Scorers:<name>:MinScore.")]
    [InlineData("""{ "Use": "local", "TopN": 0, TWO }""", "Reranking:TopN is '0'; expected a whole number of at least 1.")]
    [InlineData("""{ "Use": "local", "TopN": "five", TWO }""", "Reranking:TopN is 'five'; expected a whole number of at least 1.")]
    [InlineData("""{ "Use": "local", "CandidateCount": 1.5, TWO }""", "Reranking:CandidateCount is '1.5'; expected a whole number of at least 1.")]
    [InlineData(
        """{ "Use": "local", "Timeout": "2s", TWO }""",
        "Reranking:Timeout is '2s'; expected a time as hours:minutes:seconds, such as 00:00:02, of more than 00:00:00 and at most 49.00:00:00.")]
    [InlineData(
        """{ "Use": "local", "Timeout": "-00:00:01", TWO }""",
        "Reranking:Timeout is '-00:00:01'; expected a time as hours:minutes:seconds, such as 00:00:02, of more than 00:00:00 and at most 49.00:00:00.")]
    [InlineData(
        """{ "Use": "local", "OnFailure": "Fallbck", TWO }""",
        "Reranking:OnFailure is 'Fallbck'; expected Fallback or Throw. Did you mean 'Fallback'?")]
    [InlineData("""{ "Use": "local", "EnableSensitiveData": "sure", TWO }""", "Reranking:EnableSensitiveData is 'sure'; expected true or false.")]
    [InlineData(
        """{ "Scorers": { "local": { "Provider": "Scriptd" } } }""",
        "Reranking:Scorers:local:Provider is 'Scriptd'; expected Scripted or Hosted. Did you mean 'Scripted'?")]
    [InlineData("""{ "Scorers": { "local": { "Model": "m" } } }""", "Reranking:Scorers:local:Provider is not set; expected Scripted or Hosted.")]
    [InlineData(
        """{ "Scorers": { "local": { "Provider": "Scripted", "Modle": "m" } } }""",
        "Reranking:Scorers:local:Modle is not a setting of the provider Scripted; " +
        "expected one of ApiKey, Limit, MinScore, MinScoreModel, Model, Provider, Timeout. Did you mean 'Model'?")]
    [InlineData(
        """{ "Scorers": { "local": { "Provider": "Scripted", "Limit": "many" } } }""",
        "Reranking:Scorers:local:Limit is 'many'; expected a whole number.")]
    [InlineData(
        """{ "Scorers": { "local": { "Provider": "Scripted", "MinScore": 1.5 } } }""",
        "Reranking:Scorers:local:MinScore is '1.5'; expected a number from 0 to 1, or none.")]
    [InlineData(
        """{ "Scorers": { "local": { "Provider": "Scripted", "MinScoreModel": "m" } } }""",
        "Reranking:Scorers:local:MinScoreModel is 'm', but there is no MinScore; expected both or none.")]
    [InlineData("""{ "Use": "local", "Stages": [ { "Use": "local" } ], TWO }""", "Reranking:Use and Reranking:Stages are both set; expected one of them.")]
    [InlineData(
        """{ "Stages": [ { "Use": "local" }, { "Use": "local" } ], TWO }""",
        "Reranking:Stages:0:Keep is not set; expected how many of the best documents go on to the next stage, at least 1.")]
    [InlineData(
        """{ "Stages": [ { "Use": "local", "Keep": 0 }, { "Use": "local" } ], TWO }""",
        "Reranking:Stages:0:Keep is '0'; expected a whole number of at least 1.")]
    [InlineData(
        """{ "Stages": [ { "Use": "local", "Keep": 5 } ], TWO }""",
        "Reranking:Stages:0:Keep is '5'; expected none in the last stage: Reranking:TopN says how many the ranking holds.")]
    [InlineData(
        """{ "Stages": [ { "Keep": 5 }, { "Use": "local" } ], TWO }""",
        "Reranking:Stages:0:Use is not set; expected the name of a scorer: cohere or local.")]
    [InlineData(
        """{ "Stages": [ { "Use": "local", "Keeep": 5, "Keep": 5 }, { "Use": "local" } ], TWO }""",
        "Reranking:Stages:0:Keeep is not a setting of a stage; expected one of Keep, Use. Did you mean 'Keep'?")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": "a", "Use": "lcal" }, TWO }""",
        "Reranking:KeepLocal:Use is 'lcal'; expected the name of a scorer: cohere or local. Did you mean 'local'?")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Value": "true" }, TWO }""",
        """Reranking:KeepLocal:Field is not set; expected the name of a metadata field, such as "confidential".""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": "" }, TWO }""",
        """Reranking:KeepLocal:Field is not set; expected the name of a metadata field, such as "confidential".""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Use": "local" }, TWO }""",
        """Reranking:KeepLocal:Field is not set; expected the name of a metadata field, such as "confidential".""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": "confidential", TWO }""",
        """Reranking:KeepLocal is 'confidential'; expected a section, such as { "Field": "confidential" }.""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": {}, TWO }""",
        """Reranking:KeepLocal is empty; expected a rule, such as { "Field": "confidential" }, or no KeepLocal at all.""")]
    [InlineData(
        """{ "Use": "local", "keepLocal": null, TWO }""",
        """Reranking:KeepLocal is empty; expected a rule, such as { "Field": "confidential" }, or no KeepLocal at all.""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": null }, TWO }""",
        """Reranking:KeepLocal:Field is not set; expected the name of a metadata field, such as "confidential".""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": "Metadata..label" }, TWO }""",
        """Reranking:KeepLocal:Field is 'Metadata..label'; expected names separated by dots, such as "confidential" or "Metadata.confidential".""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": "label", "Value": " " }, TWO }""",
        """Reranking:KeepLocal:Value is empty; expected the value that keeps a text on this machine, such as "true".""")]
    [InlineData("""{ "Use": "local", "WarmUp": "Always", TWO }""", "Reranking:WarmUp is 'Always'; expected Background, BeforeStart or OnFirstCall.")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": true, TWO }""",
        """Reranking:KeepLocal is 'True'; expected a section, such as { "Field": "confidential" }.""")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": "a", "WhenMissing": "Hostd" }, TWO }""",
        "Reranking:KeepLocal:WhenMissing is 'Hostd'; expected Local or Hosted. Did you mean 'Hosted'?")]
    [InlineData(
        """{ "Use": "local", "KeepLocal": { "Field": "a", "Feld": "a" }, TWO }""",
        "Reranking:KeepLocal:Feld is not a setting of the rule that keeps texts local; expected one of Field, Use, Value, WhenMissing. Did you mean 'Field'?")]
    [InlineData(
        """{ "Use": "a", "KeepLocal": { "Field": "f", "Use": [ "a", "b" ] }, "Scorers": { "a": { "Provider": "Scripted" },"""
        + """ "b": { "Provider": "Scripted" } } }""",
        "Reranking:KeepLocal:Use names 2 scorers; expected 1.")]
    [InlineData(
        """{ "Use": "a", "Shadow": { "Use": [ "a", "b" ] }, "Scorers": { "a": { "Provider": "Scripted" }, "b": { "Provider": "Scripted" } } }""",
        "Reranking:Shadow:Use names 2 scorers; expected 1.")]
    public void Read_Mistake_NamesPathFoundAndExpected(string json, string expected) =>
        Assert.Equal([expected], Read(json.Replace("TWO", TwoScorers, StringComparison.Ordinal)).Failures);

    [Fact]
    public void Read_SeveralMistakes_NamesThemAll() =>
        Assert.Equal(3, Read($$"""{ "Use": "x", "TopN": 0, "Timeout": "x", {{TwoScorers}} }""").Failures.Count);

    [Fact]
    public void Read_ProviderMisspelled_NamesTheKeyThatIsThere() => Assert.Equal(
        [
            "Reranking:Scorers:local:Provder is not a setting of a scorer; " +
                "expected one of ApiKey, Limit, MinScore, MinScoreModel, Model, Provider, Timeout. Did you mean 'Provider'?",
            "Reranking:Scorers:local:Provider is not set; expected Scripted or Hosted.",
        ],
        Read("""{ "Scorers": { "local": { "Provder": "Scripted", "Model": "m" } } }""").Failures);

    [Theory]
    [InlineData("""{ "Provider": "Onnx" }""", "'Onnx'")]
    [InlineData("""{ "Model": "m" }""", "not set")]
    public void Read_NoProviderRegistered_SaysWhatToCall(string scorer, string found)
    {
        List<string> failures = [];
        RerankingPlanReader.Read(Section($$"""{ "Scorers": { "local": {{scorer}} } }"""), [], failures);

        Assert.Equal(
            [$"Reranking:Scorers:local:Provider is {found}; expected a provider, but none is registered: call AddOnnx() or AddCohere() after AddReranking()."],
            failures);
    }

    [Fact]
    public void Read_SettingsOfAScorer_MakeItsFingerprint()
    {
        string plain = Fingerprint("""{ "Provider": "Scripted", "Model": "a" }""");

        Assert.Equal(plain, Fingerprint("""{ "model": "a", "Provider": "Scripted" }"""));
        Assert.Equal(plain, Fingerprint("""{ "Provider": "Scripted", "Model": "a", "MinScore": 0.5, "MinScoreModel": "a" }"""));
        Assert.NotEqual(plain, Fingerprint("""{ "Provider": "Scripted", "Model": "A" }"""));
        Assert.NotEqual(plain, Fingerprint("""{ "Provider": "Scripted", "Model": "a", "Limit": "1" }"""));
        Assert.NotEqual(
            Fingerprint("""{ "Provider": "Scripted", "Model": "a", "ApiKey": "bc" }"""),
            Fingerprint("""{ "Provider": "Scripted", "Model": "ab", "ApiKey": "c" }"""));

        static string Fingerprint(string scorer) => Read($$"""{ "Scorers": { "local": {{scorer}} } }""").Plan.Scorers["local"].Fingerprint;
    }

    [Fact]
    public void Read_Plan_DoesNotFollowTheConfiguration()
    {
        var source = new Dictionary<string, string?> { ["Reranking:Scorers:local:Provider"] = "Scripted", ["Reranking:Scorers:local:Model"] = "before" };
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(source).Build();
        RerankingPlan plan = RerankingPlanReader.Read(configuration.GetSection("Reranking"), Providers, []);
        configuration["Reranking:Scorers:local:Model"] = "after";

        Assert.Equal("before", ModelOf(plan, "local"));
    }

    private static string? ModelOf(RerankingPlan plan, string scorer) =>
        plan.Scorers[scorer].Create().GetService<RelevanceScorerMetadata>()?.ModelId;

    [Theory]
    [InlineData("2")]
    [InlineData("0")]
    [InlineData("30")]
    [InlineData(" 2 ")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1.00")]
    [InlineData("2s")]
    [InlineData("00:00:00")]
    [InlineData("-00:00:01")]
    [InlineData("50.00:00:00")]
    public void Read_TimeThatIsNone_IsRefusedInEachSetting(string value)
    {
        string[] paths = ["Timeout", "Scorers:local:Timeout", "Shadow:Timeout"];
        List<string> failures = Read($$"""
            {
              "Timeout": "{{value}}",
              "Shadow": { "Use": "local", "Timeout": "{{value}}" },
              "Scorers": { "local": { "Provider": "Scripted", "Timeout": "{{value}}" } }
            }
            """).Failures;

        Assert.Equal(paths.Order(), failures.Select(failure => failure["Reranking:".Length..failure.IndexOf(' ', StringComparison.Ordinal)]).Order());
        Assert.All(failures, failure => Assert.Contains(
            $" is '{value}'; expected a time as hours:minutes:seconds, such as 00:00:02, of more than 00:00:00 and at most ",
            failure,
            StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("00:00:02", 2)]
    [InlineData("0:0:0.25", 0.25)]
    [InlineData("1.00:00:00", 86400)]
    public void Read_Time_IsTaken(string value, double seconds) => Assert.Equal(
        TimeSpan.FromSeconds(seconds), Read($$"""{ "Timeout": "{{value}}", "Scorers": { "local": { "Provider": "Scripted" } } }""").Plan.Options.Timeout);

    private static (RerankingPlan Plan, List<string> Failures) Read(string json)
    {
        List<string> failures = [];
        return (RerankingPlanReader.Read(Section(json), Providers, failures), failures);
    }

    private static IConfigurationSection Section(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Reranking": {{json}} }"""))).Build().GetSection("Reranking");
}
