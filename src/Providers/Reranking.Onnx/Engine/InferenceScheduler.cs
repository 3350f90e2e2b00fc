using System.Collections.Concurrent;

namespace Reranking.Onnx.Engine;

/// <summary>
/// Assigns a fixed number of slots, run by run, so that all requests under way get the same share of the tokens, in turns of <see cref="TurnTokens"/>: a few
/// short documents do not wait behind a thousand long ones, and requests of one turn run in the order of arrival. Runs have threads of their own, so that
/// inference never starves the thread pool that timeouts and sockets depend on.
/// </summary>
/// <remarks>
/// What nobody waits for gets the slots that are left, and at least one token in <see cref="BackgroundInterval"/> + 1, so that it comes to an end.
/// </remarks>
internal sealed class InferenceScheduler(int maxConcurrency)
{
    /// <summary>How many tokens others get for each one of the background while both have something to run.</summary>
    public const int BackgroundInterval = 16;

    /// <summary>The tokens of a turn, after which a request lets equal ones have theirs: about twenty passages.</summary>
    public const int TurnTokens = 2_048;

    // Long enough to bridge the pauses of a chat, short enough not to keep threads for nothing.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<(OnnxExecutionProvider Provider, int Count), InferenceScheduler> Schedulers = new();

    private readonly object _lock = new();
    private readonly FairQueue<Job> _ready = new(TurnTokens);
    private readonly FairQueue<Job> _background = new(TurnTokens);
    private long _sinceBackground;   // the tokens that others got while the background had something to run
    private int _threads;

    /// <summary>Gets how many runs are under way at once at most.</summary>
    public int MaxConcurrency => maxConcurrency;

    /// <summary>Gets the scheduler that all models of the process with the same provider and number of slots share.</summary>
    public static InferenceScheduler ForProcess(OnnxExecutionProvider provider, int? maxConcurrency)
    {
        // An accelerator is filled by one batch, and several at once only multiply its memory.
        int count = maxConcurrency ?? (provider == OnnxExecutionProvider.Cpu ? Environment.ProcessorCount : 1);
        return Schedulers.GetOrAdd((provider, count), static key => new InferenceScheduler(key.Count));
    }

    /// <summary>Runs a number of pieces of work, each with its position, in order of their positions and at most as many at once as there are slots.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="tokensOf">
    /// Returns how much work a piece is: the tokens that it reads, padding included. Called several times; the result must not change until the piece runs.
    /// </param>
    /// <param name="run">Runs a piece.</param>
    /// <param name="isBackground">Whether nobody waits for it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>
    /// A task that ends when all have ended, or when the first has failed or <paramref name="cancellationToken"/> was canceled and none is under way any more.
    /// </returns>
    public async Task RunAsync(int count, Func<int, long> tokensOf, Action<int> run, bool isBackground, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return;
        }

        // Registered before the first run may start: a run can cancel its own request.
        var job = new Job(count, tokensOf, run, isBackground);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((CanceledJob)state!).Cancel(token), new CanceledJob(this, job));
        await using (registration.ConfigureAwait(false))
        {
            // Counted before the lock is taken; a request that is canceled already is not queued, and need not be counted.
            Enqueue(job, cancellationToken.IsCancellationRequested ? 0 : job.Tokens());
            await job.Completion.ConfigureAwait(false);
        }
    }

    private void Enqueue(Job job, long tokens)
    {
        int start;
        lock (_lock)
        {
            if (!job.HasMore)
            {
                return;   // canceled before it came
            }

            QueueOf(job).Add(job, tokens);
            start = Math.Min(maxConcurrency - _threads, job.Count);
            _threads += start;
            Monitor.PulseAll(_lock);
        }

        for (int i = 0; i < start; i++)
        {
            // Unsafe: a thread that serves everybody must not carry the context of whoever came first.
            new Thread(Work) { IsBackground = true, Name = "Reranking inference" }.UnsafeStart();
        }
    }

    private void Work()
    {
        while (TryTake(out Job? job, out int position))
        {
            Exception? failure = null;
            try
            {
                job.Run(position);
            }
            catch (Exception exception)
            {
                failure = exception;   // becomes the outcome of the job's task
            }

            bool ended;
            lock (_lock)
            {
                ended = job.End(failure);
                if (failure is not null)
                {
                    QueueOf(job).Remove(job);
                }
            }

            if (ended)
            {
                job.Complete();
            }
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Job? job, out int position)
    {
        lock (_lock)
        {
            while (true)
            {
                if (TryTake(out job))
                {
                    long tokens = job.NextTokens;
                    position = job.Begin();
                    QueueOf(job).Take(tokens, isLast: !job.HasMore);
                    return true;
                }

                bool pulsed = Monitor.Wait(_lock, IdleTimeout);
                if (!pulsed && _ready.Count + _background.Count == 0)
                {
                    _threads--;
                    position = 0;
                    return false;
                }
            }
        }
    }

    private FairQueue<Job> QueueOf(Job job) => job.IsBackground ? _background : _ready;

    // Whose turn it is: the background's if nobody else waits, or if the others have had their part.
    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Job? job)
    {
        job = _ready.Peek();
        if (_background.Peek() is not { } background)
        {
            _sinceBackground = 0;
        }
        else if (job is null || _sinceBackground >= background.NextTokens * BackgroundInterval)
        {
            job = background;
            _sinceBackground = Math.Max(0, _sinceBackground - (background.NextTokens * BackgroundInterval));
        }
        else
        {
            _sinceBackground += job.NextTokens;
        }

        return job is not null;
    }

    private void Cancel(Job job, CancellationToken cancellationToken)
    {
        bool ended;
        lock (_lock)
        {
            QueueOf(job).Remove(job);
            ended = job.Cancel(cancellationToken);
        }

        if (ended)
        {
            job.Complete();
        }
    }

    private sealed record CanceledJob(InferenceScheduler Scheduler, Job Job)
    {
        public void Cancel(CancellationToken cancellationToken) => Scheduler.Cancel(Job, cancellationToken);
    }

    /// <summary>
    /// The runs of one request. All members but <see cref="Tokens"/>, <see cref="Run"/> and <see cref="Complete"/> are called under the lock of the scheduler.
    /// </summary>
    private sealed class Job(int count, Func<int, long> tokensOf, Action<int> run, bool isBackground)
    {
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _next;
        private int _underWay;
        private bool _ended;
        private Exception? _failure;
        private CancellationToken _canceled;

        public int Count => count;

        public Task Completion => _completion.Task;

        public bool IsBackground => isBackground;

        public bool HasMore => _next < count;

        public long NextTokens => TokensOf(_next);

        public long Tokens()
        {
            long tokens = 0;
            for (int i = 0; i < count; i++)
            {
                tokens += TokensOf(i);
            }

            return tokens;
        }

        public void Run(int position) => run(position);

        public int Begin()
        {
            _underWay++;
            return _next++;
        }

        public bool End(Exception? failure)
        {
            _underWay--;
            if (failure is not null)
            {
                _failure ??= failure;
                _next = count;
            }

            return TryEnd();
        }

        public bool Cancel(CancellationToken cancellationToken)
        {
            _canceled = cancellationToken;
            _next = count;
            return TryEnd();
        }

        public void Complete()
        {
            if (_canceled.IsCancellationRequested)
            {
                _completion.TrySetCanceled(_canceled);
            }
            else if (_failure is not null)
            {
                _completion.TrySetException(_failure);
            }
            else
            {
                _completion.TrySetResult();
            }
        }

        // At least one, so that time moves on.
        private long TokensOf(int position) => Math.Max(1, tokensOf(position));

        private bool TryEnd()
        {
            if (_ended || HasMore || _underWay > 0)
            {
                return false;
            }

            _ended = true;
            return true;
        }
    }
}
