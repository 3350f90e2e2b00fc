using Microsoft.Extensions.Logging;

namespace Reranking.Onnx.Hub;

/// <summary>The endpoint failed in a way that may pass.</summary>
internal sealed class TransientHubException : RelevanceScoringException
{
    public TransientHubException(string message, Exception? innerException = null)
        : base(message, innerException) => IsTransient = true;

    /// <summary>Gets how long the endpoint asks to wait, or <see langword="null"/> if it does not ask.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Gets a value indicating whether another try within seconds can succeed.</summary>
    public bool IsWorthRetrying { get; init; } = true;
}

/// <summary>Waits before a failed request is retried: as long as the endpoint asks, or twice as long each time.</summary>
/// <remarks>
/// Polly's retry would not make this simpler: it can't count from zero again when a download has moved on, so the count, the delay and the limit would still be
/// code of ours, in callbacks, and the package would get one more dependency for the loop around them.
/// </remarks>
/// <param name="options">How often.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Receives a line per retry.</param>
internal sealed partial class HubRetry(ModelStoreOptions options, TimeProvider timeProvider, ILogger logger)
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    // A caller waits for the model: if the endpoint asks for longer, the call fails with its response.
    private static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(2);

    /// <summary>Runs until it succeeds or the retries are used up.</summary>
    /// <param name="action">What is retried.</param>
    /// <param name="received">Returns how many bytes there are: a download that has moved on counts its failures from zero again.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> action, Func<long> received, CancellationToken cancellationToken)
    {
        for (int failures = 0; ;)
        {
            long before = received();
            try
            {
                return await action().ConfigureAwait(false);
            }
            catch (TransientHubException exception) when (exception.IsWorthRetrying && !(exception.RetryAfter > LongestRetryAfter))
            {
                failures = received() > before ? 1 : failures + 1;
                if (failures > options.MaxRetries)
                {
                    throw;
                }

                TimeSpan delay = exception.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(LongestBackOff.TotalSeconds, Math.Pow(2, failures - 1)));
                LogRetry(exception.Message, delay.TotalSeconds);
                await Task.Delay(delay, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(EventId = 83, Level = LogLevel.Warning, Message = "{Failure} Trying again in {Seconds} s.")]
    private partial void LogRetry(string failure, double seconds);
}
