using Reranking.Decorators.Caching;

namespace Reranking.Tests;

/// <summary>What parts two scores: everything that they depend on, and nothing else.</summary>
public sealed class ScoreCacheKeysTests
{
    private static readonly RelevanceScorerMetadata Metadata =
        new() { ProviderName = "p", Endpoint = new Uri("https://a.example/v1"), ModelId = "m", MaxInputTokens = 512 };

    [Fact]
    public void Create_EqualCalls_GiveEqualKeys() =>
        Assert.Equal(
            Key(options: new() { AdditionalProperties = Properties(("a", 1), ("b", true)) }),
            Key(options: new() { AdditionalProperties = Properties(("b", true), ("a", 1)) }));

    [Fact]
    public void Create_Key_IsThePrefixAndAHash() => Assert.Matches("^rr1:[0-9A-F]{64}$", Key());

    [Fact]
    public void Create_AnyPartDiffers_GivesAnotherKey()
    {
        string?[] keys =
        [
            Key(),
            Key(query: "other"),
            Key(document: "other"),
            Key(query: "queryd", document: "ocument"),
            Key(prefix: "rr2:"),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "other", Endpoint = Metadata.Endpoint, ModelId = "m", MaxInputTokens = 512 }),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", Endpoint = new Uri("https://b.example/v1"), ModelId = "m", MaxInputTokens = 512 }),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", ModelId = "m", MaxInputTokens = 512 }),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", Endpoint = Metadata.Endpoint, ModelId = "other", MaxInputTokens = 512 }),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", Endpoint = Metadata.Endpoint, ModelId = "m", MaxInputTokens = 256 }),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", Endpoint = Metadata.Endpoint, ModelId = "m" }),
            Key(revision: "r1"),
            Key(revision: "r2"),
            Key(options: new() { ModelId = "asked" }),
            Key(options: new() { KeepLocal = true }),
            Key(options: new() { AdditionalProperties = Properties(("a", 1)) }),
            Key(options: new() { AdditionalProperties = Properties(("a", 2)) }),
            Key(options: new() { AdditionalProperties = Properties(("a", 1L)) }),
            Key(options: new() { AdditionalProperties = Properties(("a", "1")) }),
            Key(options: new() { AdditionalProperties = Properties(("a", null)) }),
            Key(options: new() { AdditionalProperties = Properties(("b", 1)) }),
            Key(document: "\ud800"),
            Key(document: "\ud801"),
            Key(document: "\ufffd"),
            Key(document: ""),
        ];

        Assert.All(keys, Assert.NotNull);
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Create_WhatScoresDoNotDependOn_GivesTheSameKey()
    {
        Assert.Equal(Key(), Key(options: new()));
        Assert.Equal(Key(), Key(options: new() { Timeout = TimeSpan.FromSeconds(3), ModelId = "m", AdditionalProperties = Properties() }));

        // The longest input may be unknown until a model is loaded; its revision tells it anyway.
        Assert.Equal(
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", ModelId = "m" }, revision: "r"),
            Key(metadata: new RelevanceScorerMetadata { ProviderName = "p", ModelId = "m", MaxInputTokens = 512 }, revision: "r"));

        // A local scorer keeps everything local anyway.
        RelevanceScorerMetadata local = new() { ProviderName = "p", ModelId = "m", IsLocal = true };
        Assert.Equal(Key(metadata: local), Key(metadata: local, options: new() { KeepLocal = true }));
    }

    [Fact]
    public void Create_WhatCanNotBeTold_GivesNoKeys()
    {
        Assert.Null(Key(metadata: new RelevanceScorerMetadata { ProviderName = "p" }));
        Assert.Null(Key(options: new() { AdditionalProperties = Properties(("a", new object())) }));
        Assert.Null(Key(options: new() { AdditionalProperties = Properties(("a", new List<int>())) }));
        Assert.Null(Key(options: new ProviderOptions()));
        Assert.NotNull(Key(metadata: new RelevanceScorerMetadata(), revision: "r"));
        Assert.NotNull(Key(metadata: new RelevanceScorerMetadata(), options: new() { ModelId = "m" }));
    }

    [Fact]
    public async Task ScoreAsync_TwoRevisions_ShareNothing()
    {
        var cache = new FakeHybridCache();
        using var first = new PairScorer { Revision = () => "1" };
        using var second = new PairScorer { Revision = () => "2" };

        foreach (PairScorer inner in new[] { first, second, first, second })
        {
            await new CachingRelevanceScorer(inner, cache).ScoreAsync("q", ["a", "b"]);
        }

        Assert.Equal((1, 1), (first.Seen.Count(), second.Seen.Count()));
        Assert.Equal(4, cache.Entries.Count);
    }

    [Fact]
    public async Task ScoreAsync_RevisionThatIsNotKnownYet_IsNeitherLookedUpNorKeptUntilItIs()
    {
        var cache = new FakeHybridCache();
        string? revision = null;
        using var inner = new PairScorer { Revision = () => revision };
        var scorer = new CachingRelevanceScorer(inner, cache);

        await scorer.ScoreAsync("q", ["a"]);
        await scorer.ScoreAsync("q", ["a"]);
        Assert.Equal((2, 0), (inner.Seen.Count(), cache.Entries.Count));

        revision = "1";
        await scorer.ScoreAsync("q", ["a"]);
        await scorer.ScoreAsync("q", ["a"]);
        Assert.Equal((3, 1), (inner.Seen.Count(), cache.Entries.Count));
    }

    [Fact]
    public async Task ScoreAsync_SameNameAtTwoCommits_SharesNothing()
    {
        // Two processes over one cache: neither knows its revision before its model is there.
        var cache = new FakeHybridCache();
        foreach (string commit in (string[])["old", "new"])
        {
            string? revision = null;
            using var inner = new PairScorer { Revision = () => revision };
            var scorer = new CachingRelevanceScorer(inner, cache);
            await scorer.ScoreAsync("q", ["a"]);
            revision = commit;
            await scorer.ScoreAsync("q", ["a"]);
            Assert.Equal(2, inner.Seen.Count());
        }

        Assert.Equal(2, cache.Entries.Count);
    }

    [Fact]
    public async Task ScoreAsync_WhatCanNotBeTold_IsPassedOnAsItIs()
    {
        var cache = new FakeHybridCache();
        using var inner = new PairScorer();
        var scorer = new CachingRelevanceScorer(inner, cache);
        string[] documents = ["a", "a"];

        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(PairScorer.Scores("q", "a", "a"), await scorer.ScoreAsync("q", documents, new ProviderOptions()));
        }

        Assert.Equal([documents, documents], inner.Seen);
        Assert.Empty(cache.Entries);
    }

    [Fact]
    public async Task ScoreAsync_ScorerWithoutMetadata_IsPassedOnAsItIs()
    {
        var cache = new FakeHybridCache();
        using var inner = new FunctionScorer((_, documents, _) => Task.FromResult(FunctionScorer.Numbers(documents)));

        await new CachingRelevanceScorer(inner, cache).ScoreAsync("q", ["1", "1"]);

        Assert.Equal(["1", "1"], Assert.Single(inner.Seen));
        Assert.Empty(cache.Entries);
    }

    private static Dictionary<string, object?> Properties(params (string Name, object? Value)[] properties) =>
        properties.ToDictionary(property => property.Name, property => property.Value);

    private static string? Key(
        string query = "query",
        string document = "document",
        string prefix = "rr1:",
        RelevanceScorerMetadata? metadata = null,
        string? revision = null,
        RelevanceScoringOptions? options = null) =>
        ScoreCacheKeys.Create(prefix, metadata ?? Metadata, revision, options, query, [document])?.Single();

    private sealed class ProviderOptions : RelevanceScoringOptions;
}
