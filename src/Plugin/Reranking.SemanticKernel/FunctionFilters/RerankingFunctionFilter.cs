using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using Reranking.SemanticKernel.FunctionFilters;

namespace Reranking;

/// <summary>Reranks the results of search functions that prompts, models and code call.</summary>
/// <remarks>
/// <para>
/// How the filter is registered determines whose calls are reranked: as an <see cref="IFunctionInvocationFilter"/> everybody's, as an
/// <see cref="IAutoFunctionInvocationFilter"/> only those of models. Register it as one of the two: as both, a model's call is scored twice.
/// </para>
/// <para>
/// For the functions that the options name, it raises the count to <see cref="RerankingOptions.CandidateCount"/>, reranks the results and cuts them back to the
/// count that was asked for. The caller's arguments are restored when the call ends. All other functions are passed through.
/// </para>
/// <para>
/// The result keeps its type: a <see cref="List{T}"/>, an array or a <c>KernelSearchResults</c> of strings or <c>TextSearchResult</c>s, or what the options
/// add. A result of another type is not reranked; the function is then called again with the caller's own count. Neither is a streamed result, nor a call
/// without a query or with a count that is not a number. Each of these logs a warning.
/// </para>
/// <para>
/// The functions that Semantic Kernel creates from a text search keep the count of their first call. With this filter that is the raised one, and the results
/// are cut every time; but if the first call bypassed the filter, later ones get no more than it did. <see cref="RerankedSearchPlugin"/> creates functions
/// without that fault.
/// </para>
/// <para>
/// Thread-safe; concurrent calls must not share their <see cref="KernelArguments"/>. If the scorer fails, the first results are returned in their own order.
/// </para>
/// </remarks>
public sealed class RerankingFunctionFilter : IFunctionInvocationFilter, IAutoFunctionInvocationFilter
{
    private readonly FunctionReranking _reranking;

    /// <summary>Initializes a new instance of the <see cref="RerankingFunctionFilter"/> class.</summary>
    /// <param name="reranker">Reorders the results.</param>
    /// <param name="options">The functions, and what their results hold. They are copied.</param>
    /// <param name="logger">Logs warnings about calls that are not reranked; or <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="reranker"/> or <paramref name="options"/> is <see langword="null"/>.</exception>
    public RerankingFunctionFilter(Reranker reranker, RerankingFunctionFilterOptions options, ILogger<RerankingFunctionFilter>? logger = null) =>
        _reranking = new FunctionReranking(reranker, options, logger);

    /// <inheritdoc/>
    public async Task OnFunctionInvocationAsync(FunctionInvocationContext context, Func<FunctionInvocationContext, Task> next)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(next);
        if (context.IsStreaming)
        {
            _reranking.SkipStreamed(context.Function);
            await next(context).ConfigureAwait(false);   // nothing has been searched yet when this returns
            return;
        }

        context.Result = await _reranking.InvokeAsync(context.Function, context.Arguments, InvokeAsync, context.CancellationToken).ConfigureAwait(false);

        async Task<FunctionResult> InvokeAsync()
        {
            await next(context).ConfigureAwait(false);
            return context.Result;
        }
    }

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
