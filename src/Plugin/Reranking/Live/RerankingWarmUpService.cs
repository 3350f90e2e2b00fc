using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Reranking.Live;

/// <summary>Loads the scorers in use when the host starts, so that the first user does not wait for them.</summary>
internal sealed partial class RerankingWarmUpService(LiveReranking live, TimeProvider? timeProvider = null, ILogger<LiveReranking>? logger = null)
    : IHostedService, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<LiveReranking>.Instance;
    private Task _running = Task.CompletedTask;

    /// <summary>Gets why the scorers were not loaded when it was last tried, or <see langword="null"/>.</summary>
    public Exception? Failure { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        switch (live.GetReadiness().When)
        {
            case RerankingWarmUp.BeforeStart:
                await live.WarmUpAsync(cancellationToken).ConfigureAwait(false);
                break;
            case RerankingWarmUp.Background:
                _running = Task.Run(RunAsync, CancellationToken.None);
                break;
            default:
                break;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Cancel();   // not disposed: a warm-up under way may still look at its token

    private async Task RunAsync()
    {
        for (TimeSpan pause = FirstPause; ; pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks)))
        {
            long start = _timeProvider.GetTimestamp();
            try
            {
                await live.WarmUpAsync(_stopping.Token).ConfigureAwait(false);
                Failure = null;
                double milliseconds = _timeProvider.GetElapsedTime(start).TotalMilliseconds;
                LogReady(milliseconds);
                return;
            }
            catch (Exception) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RelevanceScoringException exception) when (exception.IsTransient)
            {
                Failure = exception;
                LogNotYetLoaded(exception, pause);
            }
            catch (Exception exception)
            {
                Failure = exception;
                LogNotLoaded(exception);
                return;
            }

            try
            {
                await Task.Delay(pause, _timeProvider, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(EventId = 38, Level = LogLevel.Debug, Message = "The scorers in use are loaded, after {Milliseconds:0} ms.")]
    private partial void LogReady(double milliseconds);

    [LoggerMessage(EventId = 39, Level = LogLevel.Warning, Message = "A scorer in use is not loaded yet; it is tried again in {Pause}.")]
    private partial void LogNotYetLoaded(Exception exception, TimeSpan pause);

    [LoggerMessage(EventId = 123, Level = LogLevel.Error, Message = "A scorer in use can't be loaded; calls will fail until that is fixed.")]
    private partial void LogNotLoaded(Exception exception);
}
