using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.FunctionFilters;

/// <summary>Reranks the result of a function: raises its count for the call, then reranks and cuts its result to the page that was asked for.</summary>
internal sealed partial class FunctionReranking
{
    private readonly Reranker _reranker;
    private readonly RerankingOptions? _options;
    private readonly RerankedFunction[] _functions;
    private readonly ResultShape[] _shapes;
    private readonly ILogger _logger;

    public FunctionReranking(Reranker reranker, RerankingFunctionFilterOptions options, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(reranker);
        ArgumentNullException.ThrowIfNull(options);
        _reranker = reranker;
        _options = options.Reranking?.Clone();
        _functions = [.. options.Functions];

        // Semantic Kernel's function for whole records returns a list of objects. Those without a text keep their order, and the list is cut all the same.
        _shapes =
        [
            .. options.Shapes,
            new SequenceShape<string>(static text => text),
            new SequenceShape<TextSearchResult>(static result => result.Value),
            new SequenceShape<object>(static item => item as string ?? (item as TextSearchResult)?.Value),
        ];
        _logger = logger ?? NullLogger.Instance;
    }

    public async Task<FunctionResult> InvokeAsync(
        KernelFunction function, KernelArguments? arguments, Func<Task<FunctionResult>> invoke, CancellationToken cancellationToken)
    {
        if (arguments is null || Find(function) is not { } reranked)
        {
            return await invoke().ConfigureAwait(false);
        }

        if (!arguments.ContainsName(reranked.QueryArgument))
        {
            LogNoQuery(function.PluginName, function.Name, reranked.QueryArgument);
        }

        if (FunctionCall.Read(reranked, function, arguments, out string? unreadable) is not { } call)
        {
            if (unreadable is not null)
            {
                LogUnreadable(function.PluginName, function.Name, unreadable);
            }

            return await invoke().ConfigureAwait(false);
        }

        RerankingPage page = call.GetPage(_reranker, _options);
        FunctionResult result = await InvokeWideAsync(reranked, call, page, arguments, invoke).ConfigureAwait(false);
        if (result.GetValue<object>() is not { } value)
        {
            return result;
        }

        foreach (ResultShape shape in _shapes)
        {
            if (shape.TryRerank(value, page, cancellationToken) is { } reranking)
            {
                return new FunctionResult(result, await reranking.ConfigureAwait(false));
            }
        }

        LogUnknownType(function.PluginName, function.Name, value.GetType());

        // The caller must not get more than it asked for, and a result that can't be reranked can't be cut either.
        return call.Count is null ? result : await invoke().ConfigureAwait(false);
    }

    /// <summary>Logs a warning if the function should be reranked and is not, because its result is streamed.</summary>
    public void SkipStreamed(KernelFunction function)
    {
        if (Find(function) is not null)
        {
            LogStreamed(function.PluginName, function.Name);
        }
    }

    private RerankedFunction? Find(KernelFunction function) => Array.Find(_functions, known =>
        string.Equals(known.FunctionName, function.Name, StringComparison.OrdinalIgnoreCase)
        && string.Equals(known.PluginName, function.PluginName, StringComparison.OrdinalIgnoreCase));

    private static async Task<FunctionResult> InvokeWideAsync(
        RerankedFunction reranked, FunctionCall call, RerankingPage page, KernelArguments arguments, Func<Task<FunctionResult>> invoke)
    {
        if (call.Count is null)
        {
            return await invoke().ConfigureAwait(false);
        }

        // The arguments are the caller's, who can use them for another call.
        List<ArgumentOverride> overrides = [new(arguments, reranked.CountArgument, page.FetchCount)];
        try
        {
            if (call.Skip > 0)
            {
                overrides.Add(new(arguments, reranked.SkipArgument, 0));
            }

            return await invoke().ConfigureAwait(false);
        }
        finally
        {
            overrides.ForEach(static change => change.Undo());
        }
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} returned a {ResultType}, a type that is not known, so its result is not reranked. "
        + "Add the type with AddItemType or AddResultType of RerankingFunctionFilterOptions.")]
    private partial void LogUnknownType(string? pluginName, string functionName, Type resultType);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} was called without the argument '{Argument}', so there is no query to rerank by. "
        + "Set RerankedFunction.QueryArgument to the name of the argument that holds it.")]
    private partial void LogNoQuery(string? pluginName, string functionName, string argument);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} was streamed, so its result is not reranked. Call it with InvokeAsync to have it reranked.")]
    private partial void LogStreamed(string? pluginName, string functionName);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} was called with an argument '{Argument}' that is not a number of results, so its result is not reranked. "
        + "Expected a whole number; set RerankedFunction.CountArgument or SkipArgument to another name if this one means something else.")]
    private partial void LogUnreadable(string? pluginName, string functionName, string argument);
}
