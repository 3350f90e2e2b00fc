using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Reranking;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds decorators to a <see cref="RelevanceScorerBuilder"/>.</summary>
public static class RelevanceScorerBuilderExtensions
{
    /// <summary>Logs each call at Debug, its text at Trace, and failures at Error.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="loggerFactory">
    /// Creates the logger, or <see langword="null"/> for the logger factory of the services. With <see cref="NullLoggerFactory"/> or none, no decorator is
    /// added.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder UseLogging(this RelevanceScorerBuilder builder, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((innerScorer, services) =>
            (loggerFactory ?? services.GetService<ILoggerFactory>()) is { } factory and not NullLoggerFactory
                ? new LoggingRelevanceScorer(innerScorer, factory.CreateLogger<LoggingRelevanceScorer>())
                : innerScorer);
    }

    /// <summary>Records a span and the duration of each call, following the OpenTelemetry semantic conventions for generative AI.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Configures the decorator, or <see langword="null"/> for its defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is <see langword="null"/>.</exception>
    /// <remarks>A <see cref="Reranker"/> records its own calls; use this for scorers that are called without one.</remarks>
    public static RelevanceScorerBuilder UseOpenTelemetry(this RelevanceScorerBuilder builder, Action<OpenTelemetryRelevanceScorer>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Use((innerScorer, services) =>
        {
            var scorer = new OpenTelemetryRelevanceScorer(innerScorer, services.GetService<TimeProvider>(), services.GetService<IMeterFactory>());
            configure?.Invoke(scorer);
            return scorer;
        });
    }

    /// <summary>Changes the options of each call, for example to name a model.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes a copy of the options, or new options if the caller passes none. It runs on every call, possibly concurrently.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="configure"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder ConfigureOptions(this RelevanceScorerBuilder builder, Action<RelevanceScoringOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return builder.Use(innerScorer => new ConfigureOptionsRelevanceScorer(innerScorer, configure));
    }

    /// <summary>Turns raw scores into calibrated probabilities; rankings do not change.</summary>
    /// <param name="builder">The builder of the scorer of one model.</param>
    /// <param name="calibration">The calibration of that model, for example from <see cref="ScoreCalibration.Load"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> or <paramref name="calibration"/> is <see langword="null"/>.</exception>
    public static RelevanceScorerBuilder UseCalibration(this RelevanceScorerBuilder builder, ScoreCalibration calibration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(calibration);
        return builder.Use(innerScorer => new CalibratedRelevanceScorer(innerScorer, calibration));
    }
}
