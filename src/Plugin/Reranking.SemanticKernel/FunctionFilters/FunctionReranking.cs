using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;

namespace Reranking;

/// <summary>What both filters do around a function: raise its count, rerank what it gives, cut that back.</summary>
internal sealed partial class FunctionReranking
{
    private readonly PageReranker _reranker;
    private readonly RerankedFunction[] _functions;
    private readonly ResultShape[] _shapes;
    private readonly ILogger _logger;

    public FunctionReranking(Reranker reranker, RerankingFunctionFilterOptions options, ILogger? logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _reranker = new PageReranker(reranker, options.Reranking);
        _functions = [.. options.Functions];

        // Semantic Kernel's function for whole records gives a list of objects. Without a text they keep their order, and are cut all the same.
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

        FunctionResult result = await InvokeWideAsync(reranked, call, arguments, invoke).ConfigureAwait(false);
        if (result.GetValue<object>() is not { } value)
        {
            return result;
        }

        var ranking = new ResultRanking(_reranker, call.Query, call.Page, cancellationToken);
        foreach (ResultShape shape in _shapes)
        {
            if (shape.TryRerank(value, ranking) is { } reranking)
            {
                return new FunctionResult(result, await reranking.ConfigureAwait(false));
            }
        }

        LogUnknownType(function.PluginName, function.Name, value.GetType());

        // More than was asked for must not get through, and what can't be reranked can't be cut.
        return call.Count is null ? result : await invoke().ConfigureAwait(false);
    }

    /// <summary>Warns where a function that should be reranked is left alone, because its result is streamed.</summary>
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

    private async Task<FunctionResult> InvokeWideAsync(RerankedFunction reranked, FunctionCall call, KernelArguments arguments, Func<Task<FunctionResult>> invoke)
    {
        if (call.Count is null)
        {
            return await invoke().ConfigureAwait(false);
        }

        // The arguments are the caller's own, and may serve for another call.
        List<ArgumentOverride> overrides = [new(arguments, reranked.CountArgument, _reranker.FetchCount(call.Query, call.Page))];
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
        "The function {PluginName}.{FunctionName} gave a {ResultType}, which is not known how to rerank, and so is left alone. Add it with AddItemType or AddResultType of RerankingFunctionFilterOptions.")]
    private partial void LogUnknownType(string? pluginName, string functionName, Type resultType);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} was called without the argument '{Argument}', so there is no query to rerank by. Set RerankedFunction.QueryArgument to the name of the one that holds it.")]
    private partial void LogNoQuery(string? pluginName, string functionName, string argument);

    [LoggerMessage(EventId = 102, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} was streamed, and so is left alone. Call it with InvokeAsync to have its result reranked.")]
    private partial void LogStreamed(string? pluginName, string functionName);

    [LoggerMessage(EventId = 103, Level = LogLevel.Warning, Message =
        "The function {PluginName}.{FunctionName} was called with an argument '{Argument}' that is no number of results, and so is left alone. Expected a whole number; set RerankedFunction.CountArgument or SkipArgument to another name if this one means something else.")]
    private partial void LogUnreadable(string? pluginName, string functionName, string argument);
}
