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
/// Parameters are <c>query</c>, <c>count</c> (as many as <see cref="RerankingOptions.TopN"/> says, if not given, and never more than
/// <see cref="RerankedSearchPluginOptions{TRecord}.MaxCount"/>), <c>skip</c> (0) and those of
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

    /// <summary>The name of the function that returns the passages as one text with numbers, names and links.</summary>
    public const string GetCitedPassagesFunctionName = "GetCitedPassages";

    /// <summary>Creates a plugin with the functions <c>Search</c> and <c>GetTextSearchResults</c>.</summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="search">The search.</param>
    /// <param name="pluginName">The name of the plugin.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>The plugin.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="search"/> or <paramref name="pluginName"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The name is not valid for a plugin, two parameters have the same name, or an option is out of range.</exception>
    public static KernelPlugin Create<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, string pluginName, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(pluginName);
        return KernelPluginFactory.CreateFromFunctions(
            pluginName, options?.Description, [CreateSearch(search, options), CreateGetTextSearchResults(search, options)]);
    }

    /// <summary>
    /// Creates the function that returns texts: a <see cref="List{T}"/> of <see cref="string"/>, which the default template engine prints line by line. They
    /// are as they are found; in a prompt, lines of a text can look like other texts, and <see cref="CreateGetCitedPassages"/> prevents that.
    /// </summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="search">The search.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <returns>The function.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="search"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">Two parameters have the same name, or an option is out of range.</exception>
    public static KernelFunction CreateSearch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        var parameters = new SearchParameters<TRecord>(search.DefaultCount, options);
        return KernelFunctionFactory.CreateFromMethod(
            SearchAsync, SearchPluginJson.Default.Options, parameters.Describe(SearchFunctionName, "Searches for passages that answer a question."));

        async Task<List<string>> SearchAsync(KernelArguments arguments, CancellationToken cancellationToken)
        {
            if (parameters.Read(arguments) is not (var query, { } searchOptions))
            {
                return [];
            }

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
            (KernelArguments arguments, CancellationToken cancellationToken) => FindAsync(search, parameters, arguments, cancellationToken),
            SearchPluginJson.Default.Options,
            parameters.Describe(GetTextSearchResultsFunctionName, "Searches for passages that answer a question, with their names and links."));
    }

    /// <summary>
    /// Creates the function that returns one text for prompt templates: the passages with numbers, names and links, as <see cref="CitationFormat"/> writes
    /// them. No passage can pass for another one or for the text of the template.
    /// </summary>
    /// <inheritdoc cref="CreateSearch{TRecord}"/>
    public static KernelFunction CreateGetCitedPassages<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(search);
        var parameters = new SearchParameters<TRecord>(search.DefaultCount, options);
        return KernelFunctionFactory.CreateFromMethod(
            CiteAsync,
            SearchPluginJson.Default.Options,
            parameters.Describe(GetCitedPassagesFunctionName, "Searches for passages that answer a question, with numbers to cite them by."));

        async Task<string> CiteAsync(KernelArguments arguments, CancellationToken cancellationToken)
        {
            List<TextSearchResult> results = await FindAsync(search, parameters, arguments, cancellationToken).ConfigureAwait(false);
            return string.Join("\n\n", results.Select(static (result, index) => CitationFormat.Write(
                index + 1, new ContextPassage(result.Value ?? "") { Title = result.Name, Link = result.Link })));
        }
    }

    private static async Task<List<TextSearchResult>> FindAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        RerankedTextSearch<TRecord> search, SearchParameters<TRecord> parameters, KernelArguments arguments, CancellationToken cancellationToken)
    {
        if (parameters.Read(arguments) is not (var query, { } searchOptions))
        {
            return [];
        }

        KernelSearchResults<TextSearchResult> results =
            await search.GetTextSearchResultsAsync(query, searchOptions, cancellationToken).ConfigureAwait(false);
        return await results.Results.ToListAsync(cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>The JSON types of the functions, so that their schemas need no reflection.</summary>
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(List<TextSearchResult>))]
internal sealed partial class SearchPluginJson : JsonSerializerContext;
