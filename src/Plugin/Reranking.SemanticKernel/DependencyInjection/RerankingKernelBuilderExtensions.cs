using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel.Data;
using Reranking;

namespace Microsoft.SemanticKernel;

/// <summary>Adds reranking to the kernel. The <see cref="Reranker"/> is the one of the services, as <c>AddReranking</c> registers it.</summary>
public static class RerankingKernelBuilderExtensions
{
    /// <summary>Registers reranking with the default options.</summary>
    /// <param name="builder">The builder of the kernel.</param>
    /// <returns>A builder that adds scorers, as in <c>AddOnnx()</c>.</returns>
    /// <inheritdoc cref="RerankingServiceCollectionExtensions.AddReranking(IServiceCollection)" path="/exception"/>
    public static RerankingBuilder AddReranking(this IKernelBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddReranking();
    }

    /// <summary>Registers reranking with options that are set in code.</summary>
    /// <param name="builder">The builder of the kernel.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>A builder that adds scorers, as in <c>AddOnnx()</c>.</returns>
    /// <inheritdoc cref="RerankingServiceCollectionExtensions.AddReranking(IServiceCollection, Action{RerankingOptions})" path="/exception"/>
    public static RerankingBuilder AddReranking(this IKernelBuilder builder, Action<RerankingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddReranking(configure);
    }

    /// <summary>Registers reranking as a section of the configuration describes it, and follows its changes.</summary>
    /// <param name="builder">The builder of the kernel.</param>
    /// <param name="section">The section, by convention <c>Reranking</c>.</param>
    /// <returns>A builder that adds the kinds of scorers that the section can name, as in <c>AddOnnx()</c>.</returns>
    /// <inheritdoc cref="RerankingServiceCollectionExtensions.AddReranking(IServiceCollection, IConfigurationSection)" path="/exception"/>
    public static RerankingBuilder AddReranking(this IKernelBuilder builder, IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.AddReranking(section);
    }

    /// <summary>Reranks the results of the named functions, whoever calls them: registers <see cref="RerankingFunctionFilter"/> for all invocations.</summary>
    /// <param name="builder">The builder of the kernel.</param>
    /// <param name="configure">Names the functions.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">No function was named.</exception>
    public static IKernelBuilder AddFunctionReranking(this IKernelBuilder builder, Action<RerankingFunctionFilterOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new RerankingFunctionFilterOptions();
        configure(options);
        if (options.Functions.Count == 0)
        {
            throw new ArgumentException(
                $"No function was named, so nothing would be reranked; expected one or more. Name them with {nameof(options.AddFunction)}.", nameof(configure));
        }

        builder.Services.AddSingleton<IFunctionInvocationFilter>(provider =>
            new RerankingFunctionFilter(GetReranker(provider), options, provider.GetService<ILogger<RerankingFunctionFilter>>()));
        return builder;
    }

    /// <summary>
    /// Registers a text search whose results are reranked, as <see cref="RerankedTextSearch{TRecord}"/>, <see cref="ITextSearch{TRecord}"/> and the obsolete
    /// <c>ITextSearch</c>.
    /// </summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="builder">The builder of the kernel.</param>
    /// <param name="searchFactory">Creates the first stage, such as the <c>VectorStoreTextSearch</c> of the services.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied when the search is created.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="searchFactory"/> is <see langword="null"/>.</exception>
    [Experimental("SKEXP0001")]
    public static IKernelBuilder AddRerankedTextSearch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        this IKernelBuilder builder, Func<IServiceProvider, ITextSearch<TRecord>> searchFactory, RerankedTextSearchOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(searchFactory);
        builder.Services.AddSingleton(provider => new RerankedTextSearch<TRecord>(searchFactory(provider), GetReranker(provider), options));
        builder.Services.AddSingleton<ITextSearch<TRecord>>(static provider => provider.GetRequiredService<RerankedTextSearch<TRecord>>());
#pragma warning disable CS0618 // Obsolete, and yet the only kind that Semantic Kernel's plugins and context providers take.
        builder.Services.AddSingleton<ITextSearch>(static provider => provider.GetRequiredService<RerankedTextSearch<TRecord>>());
#pragma warning restore CS0618
        return builder;
    }

    /// <summary>Adds the plugin of <see cref="RerankedSearchPlugin"/> over the search of <see cref="AddRerankedTextSearch{TRecord}"/>.</summary>
    /// <typeparam name="TRecord">The type of the records.</typeparam>
    /// <param name="plugins">The plugins of the builder.</param>
    /// <param name="pluginName">The name of the plugin.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied when the plugin is created.</param>
    /// <returns>The plugins.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="plugins"/> or <paramref name="pluginName"/> is <see langword="null"/>.</exception>
    [Experimental("SKEXP0001")]
    public static IKernelBuilderPlugins AddRerankedSearch<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TRecord>(
        this IKernelBuilderPlugins plugins, string pluginName, RerankedSearchPluginOptions<TRecord>? options = null)
    {
        ArgumentNullException.ThrowIfNull(plugins);
        ArgumentNullException.ThrowIfNull(pluginName);
        plugins.Services.AddSingleton(provider => RerankedSearchPlugin.Create(provider.GetRequiredService<RerankedTextSearch<TRecord>>(), pluginName, options));
        return plugins;
    }

    private static Reranker GetReranker(IServiceProvider provider) => provider.GetService<Reranker>() ?? throw new InvalidOperationException(
        $"No {nameof(Reranker)} is registered in the services of the kernel, and reranking needs one. Add one with builder.AddReranking().");
}
