using System.Collections.Concurrent;

namespace Reranking.Onnx.Engine;

/// <summary>
/// Assigns a fixed number of slots, one run at a time and in turn: a request of 5 runs does not wait behind one of 1,000. Runs have threads of their
/// own, so that inference never starves the thread pool that timeouts and sockets depend on.
/// </summary>
internal sealed class InferenceScheduler(int maxConcurrency)
{
    // Long enough to bridge the pauses of a chat, short enough not to keep threads for nothing.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<(OnnxExecutionProvider Provider, int Count), InferenceScheduler> Schedulers = new();

    private readonly object _lock = new();
    private readonly Queue<Job> _ready = new();
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
    /// <returns>
    /// A task that ends when all have ended, or when the first has failed or <paramref name="cancellationToken"/> was canceled and none is under way any more.
    /// </returns>
    public async Task RunAsync(int count, Action<int> run, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return;
        }

        // Registered before the first run may start: a run can cancel its own request.
        var job = new Job(count, run);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((CanceledJob)state!).Cancel(token), new CanceledJob(this, job));
        await using (registration.ConfigureAwait(false))
        {
            Enqueue(job);
            await job.Completion.ConfigureAwait(false);
        }
    }

    private void Enqueue(Job job)
    {
        int start;
        lock (_lock)
        {
            _ready.Enqueue(job);
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
                while (_ready.TryDequeue(out job))
                {
                    if (job.TryBegin(out position))
                    {
                        if (job.HasMore)
                        {
                            _ready.Enqueue(job);   // behind the others: everybody gets a slot in turn
                        }

                        return true;
                    }
                }

                bool pulsed = Monitor.Wait(_lock, IdleTimeout);
                if (!pulsed && _ready.Count == 0)
                {
                    _threads--;
                    position = 0;
                    return false;
                }
            }
        }
    }

    private void Cancel(Job job, CancellationToken cancellationToken)
    {
        bool ended;
        lock (_lock)
        {
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

    /// <summary>The runs of one request. All members but <see cref="Run"/> and <see cref="Complete"/> are called under the lock of the scheduler.</summary>
    private sealed class Job(int count, Action<int> run)
    {
        private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _next;
        private int _underWay;
        private bool _ended;
        private Exception? _failure;
        private CancellationToken _canceled;

        public int Count => count;

        public Task Completion => _completion.Task;

        public bool HasMore => _next < count;

        public void Run(int position) => run(position);

        public bool TryBegin(out int position)
        {
            position = _next;
            if (!HasMore)
            {
                return false;
            }

            _next++;
            _underWay++;
            return true;
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
