using System.Runtime.ExceptionServices;

namespace Reranking;

/// <summary>The options of searches that a framework calls and whose exceptions it keeps to itself.</summary>
internal static class FallbackOptions
{
    /// <summary>Copies the options, checks them and makes them fall back.</summary>
    /// <remarks>
    /// Agent Framework logs what a search throws and sends the question without any passage, and a tool that throws tells the model "Error: Function failed." So
    /// <see cref="RerankingFailureMode.Throw"/> would turn a failed scorer into an answer without context; and options out of range must be found now, where somebody looks.
    /// </remarks>
    public static RerankingOptions Create(Reranker reranker, RerankingOptions? options)
    {
        RerankingOptions settings = options?.Clone() ?? reranker.DefaultOptions;
        settings.OnFailure = RerankingFailureMode.Fallback;

        // A reranker looks at its options before its token: a canceled call checks them, at once, and does nothing else.
        Task check = reranker.RerankAsync("", [], settings, new CancellationToken(canceled: true));
        if (check.Exception?.InnerException is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }

        return settings;
    }
}
