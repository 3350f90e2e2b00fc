using System.Security.Cryptography;
using System.Text;

namespace Reranking;

/// <summary>A decorator that replaces <see cref="RelevanceScore.Value"/> with a calibrated probability.</summary>
/// <remarks>
/// Raw scores and rankings do not change; <see cref="RerankingOptions.MinScore"/> is compared with the calibrated value. Wrap the scorer of a single model,
/// never a chain or a cascade, whose scores are on several scales.
/// </remarks>
public sealed class CalibratedRelevanceScorer : DelegatingRelevanceScorer, IModelRevision
{
    private const int HashLength = 16;

    private readonly ScoreCalibration _calibration;
    private readonly string _hash;

    /// <summary>Initializes a new instance of the <see cref="CalibratedRelevanceScorer"/> class.</summary>
    /// <param name="innerScorer">The scorer to pass calls to.</param>
    /// <param name="calibration">The calibration of its model.</param>
    /// <exception cref="ArgumentNullException"><paramref name="innerScorer"/> or <paramref name="calibration"/> is <see langword="null"/>.</exception>
    public CalibratedRelevanceScorer(IRelevanceScorer innerScorer, ScoreCalibration calibration)
        : base(innerScorer)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        _calibration = calibration;
        _hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(calibration.ToJson())))[..HashLength];
    }

    /// <inheritdoc/>
    public override async Task<RelevanceScores> ScoreAsync(
        string query,
        IReadOnlyList<string> documents,
        RelevanceScoringOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        RelevanceScores? scores = await base.ScoreAsync(query, documents, options, cancellationToken).ConfigureAwait(false);
        return scores is null ? null! : new RelevanceScores([.. scores.Select(_calibration.Apply)], scores);   // the caller checks the answer
    }

    /// <inheritdoc/>
    public async ValueTask<string?> GetRevisionAsync(CancellationToken cancellationToken = default)
    {
        if (InnerScorer.GetService<IModelRevision>() is not { } model)
        {
            return _hash;
        }

        // A cache around it must not mix values of two calibrations.
        return await model.GetRevisionAsync(cancellationToken).ConfigureAwait(false) is { } revision ? $"{revision}-{_hash}" : null;
    }

    /// <summary>Returns the calibration, or what the inner scorers have.</summary>
    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType == typeof(ScoreCalibration) ? _calibration : base.GetService(serviceType, serviceKey);
    }
}
