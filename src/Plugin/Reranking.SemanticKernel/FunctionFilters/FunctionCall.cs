using Microsoft.SemanticKernel;

namespace Reranking.SemanticKernel.FunctionFilters;

/// <summary>What the caller of a reranked function asked for.</summary>
/// <param name="Query">The text to rerank by.</param>
/// <param name="Count">How many results are wanted, or null if the function has no such parameter.</param>
/// <param name="Skip">How many results are skipped, or null if the caller did not say or the function has no such parameter.</param>
internal sealed record FunctionCall(string Query, int? Count, int? Skip)
{
    /// <summary>Returns the page that the call asks for: all results if the caller can't say how many.</summary>
    public RerankingPage GetPage(Reranker reranker, RerankingOptions? options) =>
        Count is { } count ? reranker.GetPage(Query, Skip ?? 0, count, options) : reranker.GetPage(Query, 0, int.MaxValue, options);

    /// <summary>
    /// Reads a call. Returns null for one that is not reranked: without a query, or with an invalid number, which is for the function to report.
    /// </summary>
    /// <param name="reranked">The names of the arguments.</param>
    /// <param name="function">Its parameters have the defaults.</param>
    /// <param name="arguments">The arguments of the call.</param>
    /// <param name="unreadable">The name of the argument that is not a valid number, or null.</param>
    public static FunctionCall? Read(RerankedFunction reranked, KernelFunction function, KernelArguments arguments, out string? unreadable)
    {
        string? query = ArgumentReader.GetText(arguments, reranked.QueryArgument);
        object? count = Value(function, arguments, reranked.CountArgument);
        object? skip = Value(function, arguments, reranked.SkipArgument);
        var call = new FunctionCall(query ?? "", ArgumentReader.ToNumber(count), ArgumentReader.ToNumber(skip));
        unreadable = count is not null && call.Count is not >= 1 ? reranked.CountArgument
            : skip is not null && call.Skip is not >= 0 ? reranked.SkipArgument
            : null;
        return unreadable is null && !string.IsNullOrWhiteSpace(query) ? call : null;
    }

    private static object? Value(KernelFunction function, KernelArguments arguments, string name) =>
        arguments.TryGetValue(name, out object? value) ? value
        : function.Metadata.Parameters
            .FirstOrDefault(parameter => string.Equals(parameter.Name, name, StringComparison.OrdinalIgnoreCase))?.DefaultValue;
}
