namespace Reranking;

/// <summary>A search function whose results are reranked, and which of its arguments say what is searched for.</summary>
/// <param name="pluginName">The name of its plugin, or <see langword="null"/> if it belongs to none; case-insensitive.</param>
/// <param name="functionName">The name of the function; case-insensitive.</param>
/// <remarks>Immutable.</remarks>
public sealed class RerankedFunction(string? pluginName, string functionName)
{
    /// <summary>Gets the name of the plugin.</summary>
    public string? PluginName { get; } = pluginName;

    /// <summary>Gets the name of the function.</summary>
    public string FunctionName { get; } = functionName ?? throw new ArgumentNullException(nameof(functionName));

    /// <summary>Gets the name of the argument that holds the query. A call without it is not reranked.</summary>
    /// <value>The default is <c>query</c>.</value>
    public string QueryArgument { get; init; } = "query";

    /// <summary>
    /// Gets the name of the argument that says how many results are wanted. It is raised for the call, and the results are cut back to what it was.
    /// </summary>
    /// <value>The default is <c>count</c>. The result of a function without such a parameter is reranked as it is.</value>
    public string CountArgument { get; init; } = "count";

    /// <summary>
    /// Gets the name of the argument that says how many of the best results are left out. It is set to 0 for the call, and the ranking skips in its place.
    /// </summary>
    /// <value>The default is <c>skip</c>.</value>
    public string SkipArgument { get; init; } = "skip";
}
