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
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public string QueryArgument { get; init => field = value ?? throw new ArgumentNullException(nameof(QueryArgument)); } = "query";

    /// <summary>
    /// Gets the name of the argument that says how many results are wanted. It is raised for the call, and the results are cut back to what it was.
    /// </summary>
    /// <value>The default is <c>count</c>. The result of a function without such a parameter is reranked as it is.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public string CountArgument { get; init => field = value ?? throw new ArgumentNullException(nameof(CountArgument)); } = "count";

    /// <summary>
    /// Gets the name of the argument that says how many of the best results are left out. It is set to 0 for the call, and the ranking skips in its place.
    /// </summary>
    /// <value>The default is <c>skip</c>.</value>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public string SkipArgument { get; init => field = value ?? throw new ArgumentNullException(nameof(SkipArgument)); } = "skip";
}
