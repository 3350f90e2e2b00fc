using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;

namespace Reranking;

/// <summary>Reranks what search functions give, whoever calls them: prompts, models and code.</summary>
/// <remarks>
/// <para>
/// For the functions that the options name, it raises the count to <see cref="RerankingOptions.CandidateCount"/>, reranks the results and cuts them back to the count that was
/// asked for. The caller's arguments are as before when the call ends. All other functions are left alone.
/// </para>
/// <para>
/// The result stays of its type: a <see cref="List{T}"/>, an array or a <c>KernelSearchResults</c> of strings or <c>TextSearchResult</c>s, or what the options add. One of another
/// type is left alone; the function is then called again with the caller's own count. So is a result that is streamed, and a call without a query or with a count that is no number. Each is logged as a warning.
/// </para>
/// <para>
/// The functions that Semantic Kernel makes of a text search keep the count of their first call. With this filter that is the raised one, and the results are cut every
/// time; but where the first call went past the filter, later ones get no more than it did. <see cref="RerankedSearchPlugin"/> makes functions without that fault.
/// </para>
/// <para>Thread-safe; calls at the same time must not share their <see cref="KernelArguments"/>. When the scorer fails, the first of the results come in their own order.</para>
/// </remarks>
public sealed class RerankingFunctionFilter : IFunctionInvocationFilter
{
    private readonly FunctionReranking _reranking;

    /// <summary>Initializes a new instance of the <see cref="RerankingFunctionFilter"/> class.</summary>
    /// <param name="reranker">Reorders the results.</param>
    /// <param name="options">The functions, and what their results hold. They are copied.</param>
    /// <param name="logger">Takes warnings about calls that are not reranked; or <see langword="null"/>.</param>
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
            _reranking.LeaveStreamed(context.Function);
            await next(context).ConfigureAwait(false);   // nothing was searched yet when this returns
            return;
        }

        context.Result = await _reranking.InvokeAsync(context.Function, context.Arguments, InvokeAsync, context.CancellationToken).ConfigureAwait(false);

        async Task<FunctionResult> InvokeAsync()
        {
            await next(context).ConfigureAwait(false);
            return context.Result;
        }
    }
}
