using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Reranking.Configuration;
using Reranking.Diagnostics;
using Reranking.Ranking;
using Reranking.Scoring;

namespace Reranking.Live;

/// <summary>Follows the configuration: a change is read, checked, built and warmed up beside what serves, and takes its place only when it works.</summary>
internal sealed partial class LiveReranking : IDisposable
{
    private readonly object _lock = new();
    private readonly IConfigurationSection _section;
    private readonly CodeConfiguration _code;
    private readonly RelevanceScorerProvider[] _providers;
    private readonly RerankingSnapshotFactory _factory;
    private readonly RerankingMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _disposal = new();
    private readonly IDisposable _changes;
    private RerankingSnapshot? _current;
    private IReadOnlyDictionary<string, string> _readAtStart = new Dictionary<string, string>();
    private IReadOnlyDictionary<string, string> _readLast = new Dictionary<string, string>();
    private bool _disposed;
    private bool _hasChanged;
    private bool _isReloading;
    private TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LiveReranking(IServiceProvider services, RerankingBuilder builder)
    {
        _section = builder.Section ?? new ConfigurationBuilder().Build().GetSection(RerankingOptions.SectionName);
        _code = builder.Configuration(services);
        _providers = [.. services.GetServices<RelevanceScorerProvider>()];
        _factory = new RerankingSnapshotFactory(services, builder);
        _metrics = RerankingMetrics.Create(services.GetService<IMeterFactory>());
        _logger = services.GetService<ILogger<LiveReranking>>() ?? NullLogger<LiveReranking>.Instance;
        _changes = ChangeToken.OnChange(_section.GetReloadToken, OnChange);

        // Weak, since a configuration can outlive many containers, and the callback stays in it.
        var self = new WeakReference<LiveReranking>(this);
        ConfigurationFiles.WatchForErrors(services.GetService<IConfiguration>(), (exception, file) =>
        {
            if (self.TryGetTarget(out LiveReranking? live) && !live._disposed)
            {
                live.LogFileNotRead(exception, file);
            }
        });
    }

    /// <summary>Returns what is wrong with the configuration, and puts it into service if nothing is.</summary>
    public IReadOnlyList<string> Start()
    {
        lock (_lock)
        {
            if (_current is not null || _disposed)
            {
                return [];   // what is created after the disposal would never be disposed
            }

            List<string> failures = [];
            RerankingPlan plan = RerankingPlanReader.Read(_section, _providers, failures, _code);
            try
            {
                if (failures.Count == 0 && _factory.TryCreate(plan, previous: null, failures) is { } snapshot)
                {
                    _readAtStart = _readLast = plan.ReadAtStart;
                    _current = snapshot;
                }
            }
            catch (OptionsValidationException exception)
            {
                failures.AddRange(exception.Failures);   // of the options of a scorer that was added in code
            }
            catch (RelevanceScoringException exception)
            {
                failures.Add(exception.Message);   // of a scorer that can't be created, such as one whose model is not installed
            }

            return failures;
        }
    }

    /// <summary>Returns the snapshot that serves now, with a reference for the caller.</summary>
    /// <exception cref="OptionsValidationException">The configuration does not do, and there was none before it.</exception>
    /// <exception cref="ObjectDisposedException">The container was disposed.</exception>
    public RerankingSnapshot Acquire()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            RerankingSnapshot? current = Volatile.Read(ref _current);
            if (current is null)
            {
                IReadOnlyList<string> failures = Start();
                if (failures.Count > 0)
                {
                    throw new OptionsValidationException(_section.Path, typeof(RerankingOptions), failures);
                }
            }
            else if (current.TryAcquire())   // else it was replaced meanwhile
            {
                return current;
            }
        }
    }

    /// <summary>Returns when the scorers are loaded, and whether they are.</summary>
    public (RerankingWarmUp When, bool IsReady) GetReadiness()
    {
        RerankingSnapshot snapshot = Acquire();
        try
        {
            return (snapshot.Plan.WarmUp, snapshot.IsReady);
        }
        finally
        {
            snapshot.Release();
        }
    }

    /// <summary>Loads what the scorers in use would load on their first call.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        RerankingSnapshot snapshot = Acquire();
        try
        {
            await snapshot.WarmUpAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            snapshot.Release();
        }
    }

    /// <summary>Returns options and scorer of the snapshot that serves now, which it keeps until it is disposed.</summary>
    public RerankingContext AcquireContext() => AcquireContext(name: null);

    /// <summary>Returns the same with a named scorer.</summary>
    public RerankingContext AcquireContext(string? name)
    {
        RerankingSnapshot snapshot = Acquire();
        return new RerankingContext(snapshot.Options, () => name is null ? snapshot.Root : snapshot.Named(name), snapshot.KeepLocal, snapshot.Release);
    }

    public void Dispose()
    {
        _changes.Dispose();
        RerankingSnapshot? last;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            last = _current;
        }

        _disposal.Cancel();   // not disposed: a reload under way still looks at its token
        last?.Release();
    }

    private void OnChange()
    {
        lock (_lock)
        {
            _hasChanged = true;
            _change.TrySetResult();
            if (_isReloading || _disposed || _current is null)
            {
                return;   // whoever reloads looks again when it is done; and what never served is read on first use
            }

            _isReloading = true;
        }

        _ = Task.Run(ReloadAsync);
    }

    private async Task ReloadAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                if (!_hasChanged || _disposed)
                {
                    _isReloading = false;
                    return;
                }

                _hasChanged = false;
                _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            try
            {
                if (await TrySwapAsync(_disposal.Token).ConfigureAwait(false) is { } plan)
                {
                    string scorers = string.Join(", ", plan.Stages.SelectMany(static stage => stage.Use));
                    LogSwapped(_section.Path, scorers);
                    _metrics.RecordSwap(refused: false);
                }
            }
            catch (Exception) when (_disposed)
            {
                // The container is going away, and the configuration with it.
            }
            catch (OperationCanceledException) when (Volatile.Read(ref _hasChanged))
            {
                LogSuperseded(_section.Path);   // the next round reads the newer one
            }
            catch (Exception exception)
            {
                LogNotLoaded(exception, _section.Path);
                _metrics.RecordSwap(refused: true);
            }
        }
    }

    private async Task<RerankingPlan?> TrySwapAsync(CancellationToken cancellationToken)
    {
        List<string> failures = [];
        RerankingPlan plan = RerankingPlanReader.Read(_section, _providers, failures, _code);
        RerankingSnapshot previous = Acquire();
        try
        {
            if (failures.Count == 0)
            {
                WarnOfWhatIsReadAtStart(plan);
                if (plan.Fingerprint == previous.Plan.Fingerprint)
                {
                    return null;   // another section of the file changed
                }
            }

            RerankingSnapshot? next = failures.Count == 0 ? _factory.TryCreate(plan, previous, failures) : null;
            if (next is null)
            {
                LogRefused(string.Join(" ", failures));
                _metrics.RecordSwap(refused: true);
                return null;
            }

            try
            {
                await WarmUpUnlessSupersededAsync(next, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                next.Release();
                throw;
            }

            WarnOfThresholds(previous, next);
            lock (_lock)
            {
                if (_disposed)
                {
                    next.Release();
                    return null;
                }

                Volatile.Write(ref _current, next);
            }

            previous.Release();   // as the current one; requests under way still have references
            return plan;
        }
        finally
        {
            previous.Release();
        }
    }

    // A model that does not come, or a server that does not answer, must not keep a corrected configuration waiting.
    private async Task WarmUpUnlessSupersededAsync(RerankingSnapshot next, CancellationToken cancellationToken)
    {
        using var superseded = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task warmUp = next.WarmUpAsync(superseded.Token);
        _ = AbandonedTask.ObserveAsync(warmUp);   // left behind by a newer configuration, and when the container is disposed
        Task change = _change.Task;
        while (await Task.WhenAny(warmUp, change).WaitAsync(cancellationToken).ConfigureAwait(false) != warmUp)
        {
            // Before the configuration is read: a change that comes while it is read must not be missed.
            lock (_lock)
            {
                _change = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                change = _change.Task;
            }

            List<string> failures = [];
            if (RerankingPlanReader.Read(_section, _providers, failures, _code).Fingerprint != next.Plan.Fingerprint && failures.Count == 0)
            {
                await superseded.CancelAsync().ConfigureAwait(false);
                throw new OperationCanceledException(superseded.Token);
            }
        }

        await warmUp.ConfigureAwait(false);
    }

    private void WarnOfWhatIsReadAtStart(RerankingPlan plan)
    {
        foreach ((string path, _) in plan.ReadAtStart.Except(_readAtStart).Except(_readLast))
        {
            LogReadAtStart(path);
        }

        _readLast = plan.ReadAtStart;
    }

    private void WarnOfThresholds(RerankingSnapshot previous, RerankingSnapshot next)
    {
        foreach ((string name, ScorerPlan plan) in next.Plan.Scorers)
        {
            if (plan.Settings is { MinScore: { } minScore, MinScoreModel: null }
                && previous.Plan.Scorers.TryGetValue(name, out ScorerPlan? before) && before.Settings.MinScore == minScore
                && previous.ModelOf(name) is { } was && next.ModelOf(name) is { } model && model != was)
            {
                LogThresholdKept(plan.Settings.Path, minScore, was, model);
            }
        }
    }

    [LoggerMessage(EventId = 30, Level = LogLevel.Information, Message = "The changed configuration of {SectionPath} took effect; scorers in use: {Scorers}.")]
    private partial void LogSwapped(string sectionPath, string scorers);

    [LoggerMessage(EventId = 31, Level = LogLevel.Error, Message = "The changed configuration is refused, and the one before stays in service. {Failures}")]
    private partial void LogRefused(string failures);

    [LoggerMessage(
        EventId = 32,
        Level = LogLevel.Error,
        Message = "A scorer of the changed configuration of {SectionPath} can't be loaded, and the previous configuration stays in use.")]
    private partial void LogNotLoaded(Exception exception, string sectionPath);

    [LoggerMessage(
        EventId = 36,
        Level = LogLevel.Information,
        Message = "A changed configuration of {SectionPath} was changed again before its scorers were loaded; the newer one is read.")]
    private partial void LogSuperseded(string sectionPath);

    [LoggerMessage(
        EventId = 37,
        Level = LogLevel.Error,
        Message = "The configuration file {File} changed and can't be read; until it is fixed, the previous configuration stays in use.")]
    private partial void LogFileNotRead(Exception exception, string file);

    [LoggerMessage(
        EventId = 33,
        Level = LogLevel.Warning,
        Message = "{SettingsPath}:MinScore stays {MinScore}, but the model changed from {PreviousModel} to {Model}: " +
            "scores of different models are not comparable. Measure the threshold again, and set MinScoreModel to have this checked.")]
    private partial void LogThresholdKept(string settingsPath, double minScore, string previousModel, string model);

    [LoggerMessage(
        EventId = 35,
        Level = LogLevel.Warning,
        Message = "{SettingsPath} changed, but is read when the application starts. Restart the application to have the change take effect.")]
    private partial void LogReadAtStart(string settingsPath);
}

/// <summary>Checks the configuration when the host starts.</summary>
internal sealed class LiveRerankingValidator(LiveReranking live) : IValidateOptions<LiveRerankingOptions>
{
    public ValidateOptionsResult Validate(string? name, LiveRerankingOptions options) =>
        live.Start() is { Count: > 0 } failures ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
}

/// <summary>Stands for the configuration where options are validated; the values are in <see cref="LiveReranking"/>.</summary>
internal sealed class LiveRerankingOptions;
