using Reranking.Conformance;

namespace Reranking.Tests;

public class ChainRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() =>
        new ChainRelevanceScorer([new ChainLink("words", new WordOverlapScorer()), new ChainLink("more words", new WordOverlapScorer())]);
}

public class ChainWithAFailingScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => new ChainRelevanceScorer(
        [new ChainLink("broken", ScriptedScorer.Throwing(new HttpRequestException())), new ChainLink("words", new WordOverlapScorer())]);
}

public class CascadeOfOneStageConformanceTests : RelevanceScorerConformanceTests
{
    // With more stages the score of a document depends on the others: on whether it goes on.
    protected override IRelevanceScorer CreateScorer() => new CascadeRelevanceScorer([new CascadeStage("words", new WordOverlapScorer())]);
}

public class CascadeThatKeepsAllConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() =>
        new CascadeRelevanceScorer([new CascadeStage("words", new WordOverlapScorer()), new CascadeStage("the same words", new WordOverlapScorer())]);
}

public class NamedRelevanceScorerConformanceTests : RelevanceScorerConformanceTests
{
    protected override IRelevanceScorer CreateScorer() => NamedScorer.Create("words", new WordOverlapScorer(), minScore: 0.5);
}
