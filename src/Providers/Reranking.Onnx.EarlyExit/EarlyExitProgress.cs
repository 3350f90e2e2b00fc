namespace Reranking.Onnx.EarlyExit;

/// <summary>How far a build is.</summary>
/// <param name="Phase">What it is doing.</param>
/// <param name="Done">How many queries of the phase are done.</param>
/// <param name="Total">How many queries the phase has.</param>
/// <param name="Elapsed">How long the build has taken.</param>
public readonly record struct EarlyExitProgress(EarlyExitPhase Phase, int Done, int Total, TimeSpan Elapsed);

/// <summary>What a build is doing.</summary>
public enum EarlyExitPhase
{
    /// <summary>The graph is cut between layers.</summary>
    Cutting,

    /// <summary>Pairs are scored, and the probes learn from them.</summary>
    Fitting,

    /// <summary>Queries that nothing was fitted to are scored, and a plan is chosen by them.</summary>
    Choosing,
}
