using Microsoft.Extensions.DependencyInjection;

namespace Reranking.AspNetCore.Endpoints;

/// <summary>Finds the scorer that a request names.</summary>
/// <param name="services">The services that reranking was added to.</param>
internal sealed class ScorerDirectory(IServiceProvider services)
{
    private readonly IRelevanceScorer _default = services.GetRequiredService<IRelevanceScorer>();

    // Keyed services exist for the names that were there at registration; the section may have lost some since.
    private readonly string[] _names = [.. services.GetRequiredService<RerankingBuilder>().Services
        .Where(static service => service.IsKeyedService && service.ServiceType == typeof(IRelevanceScorer))
        .Select(static service => service.ServiceKey)
        .OfType<string>()
        .Distinct(StringComparer.OrdinalIgnoreCase)
        .Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Gets the names that requests can use.</summary>
    public IReadOnlyList<string> Names => [.. _names.Where(IsThere)];

    /// <summary>Gets the scorer of requests that name none.</summary>
    public IRelevanceScorer Default => _default;

    /// <summary>Returns a scorer by its name or by that of its model, or <see langword="null"/>.</summary>
    public IRelevanceScorer? Find(string? model)
    {
        if (model is null || IsModelOf(_default, model))
        {
            return _default;
        }

        string? name = Array.Find(_names, name => string.Equals(name, model, StringComparison.OrdinalIgnoreCase));
        return name is not null
            ? IsThere(name) ? services.GetRequiredKeyedService<IRelevanceScorer>(name) : null
            : _names.Select(services.GetRequiredKeyedService<IRelevanceScorer>).FirstOrDefault(scorer => IsModelOf(scorer, model));
    }

    /// <summary>Returns what is known about a scorer.</summary>
    public static RelevanceScorerMetadata? MetadataOf(IRelevanceScorer scorer)
    {
        try
        {
            return (RelevanceScorerMetadata?)scorer.GetService(typeof(RelevanceScorerMetadata));
        }
        catch (RelevanceScoringException)
        {
            return null;   // of a name that the configuration has no longer
        }
    }

    private bool IsThere(string name)
    {
        try
        {
            _ = services.GetRequiredKeyedService<IRelevanceScorer>(name).GetService(typeof(RelevanceScorerMetadata));
            return true;
        }
        catch (RelevanceScoringException exception) when (!exception.IsSetupFault)
        {
            return false;   // the configuration has it no longer
        }
    }

    private static bool IsModelOf(IRelevanceScorer scorer, string model) =>
        string.Equals(MetadataOf(scorer)?.ModelId, model, StringComparison.OrdinalIgnoreCase);
}
