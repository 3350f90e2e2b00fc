using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;
using Reranking.SemanticKernel.Plugins;

namespace Reranking;

/// <summary>Creates the functions that prompts and models search with.</summary>
/// <remarks>
/// <para>
/// Calls are independent of each other. The functions that Semantic Kernel creates from a text search with <c>CreateWithSearch</c> and the like keep count,
/// skip and filter of their first call for all later ones, unless options were passed; a filter by tenant would leak.
/// </para>
/// <para>
/// Parameters are <c>query</c>, <c>count</c> (as many as <see cref="RerankingOptions.TopN"/> says, if not given), <c>skip</c> (0) and those of
/// <see cref="RerankedSearchPluginOptions{TRecord}.Parameters"/>. The functions are as thread-safe as the search.
/// </para>
/// </remarks>
[Experimental("SKEXP0001")]
public static class RerankedSearchPlugin
{
    /// <summary>The name of the function that returns texts.</summary>
    public const string SearchFunctionName = "Search";

    /// <summary>The name of the function that returns texts with a name and a link.</summary>
    public const string GetTextSearchResultsFunctionName = "GetTextSearchResults";

    /// <summary>Creates a plugin with both functions.</summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="search">The search.</param>
    /// <param name="pluginName">The name of the plugin.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>The plugin.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="search"/> or <paramref name="pluginName"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not valid for a plugin, or two parameters have the same name.</exception>
    public static KernelPlugin Create<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, string pluginName, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(pluginName);
        return KernelPluginFactory.CreateFromFunctions(
            pluginName, options?.Description, [CreateSearch(search, options), CreateGetTextSearchResults(search, options)]);
    }

    /// <summary>
    /// Creates the function that returns texts: a <see cref="List{T}"/> of <see cref="string"/>, which the default template engine prints line by line.
    /// </summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="search">The search.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>The function.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="search"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Two parameters have the same name.</exception>
    public static KernelFunction CreateSearch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        var parameters = new SearchParameters<TRecord>(search.DefaultCount, options);
        return KernelFunctionFactory.CreateFromMethod(
            SearchAsync, SearchPluginJson.Default.Options, parameters.Describe(SearchFunctionName, "Searches for passages that answer a question."));

        async Task<List<string>> SearchAsync(KernelArguments arguments, CancellationToken cancellationToken)
        {
            (string query, TextSearchOptions<TRecord> searchOptions) = parameters.Read(arguments);
            KernelSearchResults<string> results = await search.SearchAsync(query, searchOptions, cancellationToken).ConfigureAwait(false);
            return await results.Results.ToListAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Creates the function that returns texts with a name and a link: a <see cref="List{T}"/> of <see cref="TextSearchResult"/>, for models and for Handlebars
    /// and Liquid templates.
    /// </summary>
    /// <inheritdoc cref="CreateSearch{TRecord}"/>
    public static KernelFunction CreateGetTextSearchResults<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        var parameters = new SearchParameters<TRecord>(search.DefaultCount, options);
        return KernelFunctionFactory.CreateFromMethod(
            SearchAsync,
            SearchPluginJson.Default.Options,
            parameters.Describe(GetTextSearchResultsFunctionName, "Searches for passages that answer a question, with their names and links."));

        async Task<List<TextSearchResult>> SearchAsync(KernelArguments arguments, CancellationToken cancellationToken)
        {
            (string query, TextSearchOptions<TRecord> searchOptions) = parameters.Read(arguments);
            KernelSearchResults<TextSearchResult> results =
                await search.GetTextSearchResultsAsync(query, searchOptions, cancellationToken).ConfigureAwait(false);
            return await results.Results.ToListAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>The JSON types of the functions, so that their schemas need no reflection.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(List<TextSearchResult>))]
internal sealed partial class SearchPluginJson : JsonSerializerContext;
