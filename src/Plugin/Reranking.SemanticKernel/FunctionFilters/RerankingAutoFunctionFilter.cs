using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace Reranking;

/// <summary>Reranks what search functions give when a model calls them, and leaves alone what prompts and code call.</summary>
/// <remarks>
/// <para>Take this one or <see cref="RerankingFunctionFilter"/>, not both: with both, a model's call is scored twice.</para>
/// <inheritdoc cref="RerankingFunctionFilter" path="/remarks/para"/>
/// </remarks>
public sealed class RerankingAutoFunctionFilter : IAutoFunctionInvocationFilter
{
    private readonly FunctionReranking _reranking;

    /// <summary>Initializes a new instance of the <see cref="RerankingAutoFunctionFilter"/> class.</summary>
    /// <inheritdoc cref="RerankingFunctionFilter(Reranker, RerankingFunctionFilterOptions, ILogger{RerankingFunctionFilter})"/>
    public RerankingAutoFunctionFilter(Reranker reranker, RerankingFunctionFilterOptions options, ILogger<RerankingAutoFunctionFilter>? logger = null) =>
        _reranking = new FunctionReranking(reranker, options, logger);

    /// <inheritdoc/>
    public async Task OnAutoFunctionInvocationAsync(AutoFunctionInvocationContext context, Func<AutoFunctionInvocationContext, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        context.Result = await _reranking.InvokeAsync(context.Function, context.Arguments, InvokeAsync, context.CancellationToken).ConfigureAwait(false);

        async Task<FunctionResult> InvokeAsync()
        {
            await next(context).ConfigureAwait(false);
            return context.Result;
        }
    }
}
