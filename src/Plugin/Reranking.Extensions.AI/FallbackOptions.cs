using System.Runtime.ExceptionServices;

namespace Reranking;

/// <summary>The options of searches that a framework calls and whose exceptions it keeps to itself.</summary>
/// <remarks>
/// Agent Framework logs what a search throws and sends the question without any passage, and a tool that throws tells the model "Error: Function failed." So
/// <see cref="RerankingFailureMode.Throw"/> would turn a failed scorer into an answer without context; and options out of range must be found now, where
/// somebody looks.
/// </remarks>
internal sealed class FallbackOptions
{
    private readonly Reranker _reranker;
    private readonly RerankingOptions? _options;

    /// <summary>Initializes a new instance of the <see cref="FallbackOptions"/> class: copies the options and checks them.</summary>
    /// <param name="reranker">The reranker.</param>
    /// <param name="options">The options, or <see langword="null"/> for those that the reranker has at each call.</param>
    public FallbackOptions(Reranker reranker, RerankingOptions? options)
    {
        _reranker = reranker;
        _options = options?.Clone();

        // A reranker looks at its options before its token: a canceled call checks them, at once, and does nothing else.
        Task check = reranker.RerankAsync("", [], Create(), new CancellationToken(canceled: true));
        if (check.Exception?.InnerException is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }

    /// <summary>Creates the options of a call; they always fall back.</summary>
    public RerankingOptions Create()
    {
        RerankingOptions options = _options?.Clone() ?? _reranker.DefaultOptions;
        options.OnFailure = RerankingFailureMode.Fallback;
        return options;
    }
}
