namespace Reranking.Onnx.EarlyExit;

/// <summary>What was built.</summary>
public sealed record EarlyExitReport
{
    /// <summary>Gets the path of <c>early-exit.json</c>.</summary>
    public required string File { get; init; }

    /// <summary>Gets how many layers the model has.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Gets the plan: the layers after which documents leave and how many of 100 stay, as <c>2:60 5:25</c>.</summary>
    public required string Plan { get; init; }

    /// <summary>
    /// Gets which share of the best documents of the full pass stays to the end, as many of them as <see cref="EarlyExitBuilderOptions.TopN"/> says, over
    /// held-out queries.
    /// </summary>
    public required double Agreement { get; init; }

    /// <summary>Gets the time beside that of the full pass, by layers and tokens.</summary>
    public required double Time { get; init; }

    /// <summary>Gets how many pairs the probes were fitted to.</summary>
    public required int TrainingPairs { get; init; }

    /// <summary>Gets how many queries the plan was chosen by.</summary>
    public required int HeldOutQueries { get; init; }

    /// <summary>Gets what the plan does for requests that want fewer documents or more than it was chosen for, over the same queries.</summary>
    public required IReadOnlyList<EarlyExitOutcome> ByTopN { get; init; }

    /// <summary>Gets how far the probes are off: the correlation of estimate and logit on held-out pairs, a number an exit.</summary>
    public required IReadOnlyList<double> Correlations { get; init; }
}

/// <summary>What a plan does for requests that want so many documents.</summary>
/// <param name="TopN">How many documents are wanted.</param>
/// <param name="Agreement">The share of as many best documents of the full pass that stays to the end.</param>
/// <param name="Time">The time beside that of the full pass, by layers and tokens.</param>
public sealed record EarlyExitOutcome(int TopN, double Agreement, double Time);
