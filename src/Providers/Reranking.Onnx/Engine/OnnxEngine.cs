using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Engine;

/// <summary>
/// Runs the inputs of requests through a model: plans the runs, takes turns with all other requests of the process, and hands each row of the output
/// to its reader.
/// </summary>
/// <remarks>Thread-safe. The session is closed when the owner has disposed the engine and the last request with a reference has ended.</remarks>
internal sealed class OnnxEngine : IDisposable
{
    private readonly BatchRunner? _runner;
    private readonly InferenceScheduler _scheduler;

    /// <summary>Initializes a new instance of the <see cref="OnnxEngine"/> class.</summary>
    /// <param name="session">The session, which is the engine's from now on.</param>
    /// <param name="profile">What is known about the model.</param>
    /// <exception cref="RelevanceScoringException">The graph has an input that can't be fed; the session stays the caller's.</exception>
    public OnnxEngine(InferenceSession session, ModelProfile profile)
    {
        _runner = new BatchRunner(session, profile);
        _scheduler = InferenceScheduler.ForProcess(profile.Folder.Options.ExecutionProvider, profile.Folder.Options.MaxConcurrency);
        Profile = profile;
        References = new RefCount(session.Dispose);
    }

    /// <summary>Initializes a new instance of the <see cref="OnnxEngine"/> class for a model that was cut into parts.</summary>
    /// <param name="parts">The parts, which are the engine's from now on.</param>
    /// <param name="profile">What is known about the model.</param>
    public OnnxEngine(PartRunner parts, ModelProfile profile)
    {
        Parts = parts;
        _scheduler = InferenceScheduler.ForProcess(profile.Folder.Options.ExecutionProvider, profile.Folder.Options.MaxConcurrency);
        Profile = profile;
        References = new RefCount(parts.Dispose);
    }

    public ModelProfile Profile { get; }

    /// <summary>Gets the parts of the model, or <see langword="null"/> if it is in one piece.</summary>
    public PartRunner? Parts { get; }

    /// <summary>Gets the references that keep the session open: that of the owner, and one per request under way.</summary>
    public RefCount References { get; }

    /// <summary>Gets how many tokens a padded batch has at most, unless a single input has more.</summary>
    public int MaxBatchTokens
    {
        get
        {
            int maxTokens = Profile.Folder.Options.MaxBatchTokens;
            return Profile.Output is { IsTokenLogits: true, HasOnePosition: false } output
                ? (int)Math.Min(maxTokens, BatchRunner.MaxTokenLogitsSize / sizeof(float) / output.Width)
                : maxTokens;
        }
    }

    /// <summary>Plans the runs of a request: one by one on the CPU, in padded batches elsewhere.</summary>
    public RunPlan Plan(TokenizedInputs inputs) =>
        Profile.Folder.Options.ExecutionProvider == OnnxExecutionProvider.Cpu ? RunPlan.OneByOne(inputs) : RunPlan.Batches(inputs, MaxBatchTokens);

    /// <summary>Runs all inputs of a request.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="plan">Which of them go into which run.</param>
    /// <param name="readRow">Takes the output of each input; called from several threads at once, once per input.</param>
    /// <param name="isBackground">Whether nobody waits for it, so that it goes below the requests that somebody waits for.</param>
    /// <param name="cancellationToken">Stops the runs under way, too.</param>
    public async Task RunAsync(TokenizedInputs inputs, RunPlan plan, RowReader readRow, bool isBackground, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(plan.Count, run => plan.TokensOf(inputs, run), Run, isBackground, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _runner?.Trim();
        }

        void Run(int run, RunOptions options)
        {
            if (Parts is null)
            {
                _runner!.Run(inputs, plan[run], options, readRow, cancellationToken);
                return;
            }

            foreach (int index in plan[run])
            {
                Parts.RunToEnd(inputs, index, firstPart: 0, start: default, options, readRow);
            }
        }
    }

    /// <summary>Takes turns with all other requests of the process for a number of runs.</summary>
    /// <param name="count">How many runs there are.</param>
    /// <param name="tokensOf">Returns how much work a run is: the tokens that it reads, times the share of the model that they go through.</param>
    /// <param name="run">Runs one.</param>
    /// <param name="isBackground">Whether nobody waits for it.</param>
    /// <param name="cancellationToken">Stops the runs under way, too.</param>
    public async Task RunAsync(int count, Func<int, long> tokensOf, Action<int, RunOptions> run, bool isBackground, CancellationToken cancellationToken)
    {
        using var options = new RequestRunOptions(Profile.Folder.Options.ExecutionProvider, firstShrinking: count - _scheduler.MaxConcurrency);
        CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static options => ((RequestRunOptions)options!).Terminate(), options);
        await using (registration.ConfigureAwait(false))
        {
            await _scheduler.RunAsync(count, tokensOf, index => run(index, options[index]), isBackground, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Releases the reference of the owner.</summary>
    public void Dispose() => References.Release();
}

/// <summary>Takes the output of one input.</summary>
/// <param name="index">The position of the input in its request.</param>
/// <param name="tokenCount">How many tokens the input has.</param>
/// <param name="values">
/// The row of the output: a number per label, or a vector per token with those of the padding at the end. The memory is reused after the call.
/// </param>
internal delegate void RowReader(int index, int tokenCount, ReadOnlySpan<float> values);
