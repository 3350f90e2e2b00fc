using BenchmarkDotNet.Attributes;
using Reranking.Onnx;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;

namespace Reranking.Benchmarks;

/// <summary>The engine beside the bare runtime and beside padded batches.</summary>
[MemoryDiagnoser]
public class EngineBenchmarks
{
    private CrossEncoder _encoder = null!;
    private OnnxRelevanceScorer _scorer = null!;
    private PairInputs _inputs = null!;
    private BareLoop _bare = null!;
    private PaddedBatches _padded = null!;
    private string _query = "";
    private string[] _documents = [];

    [Params(5, 100)]
    public int CandidateCount { get; set; } = 5;

    [Params(90, 512)]
    public int DocumentLength { get; set; } = 90;

    [GlobalSetup]
    public void Setup()
    {
        (_query, _documents, _) = BenchmarkData.Passages(CandidateCount);
        if (DocumentLength > 90)
        {
            _documents = BenchmarkData.LongDocuments(CandidateCount);
        }

        _encoder = BenchmarkData.LoadAsync().GetAwaiter().GetResult();
        _scorer = new OnnxRelevanceScorer();
        _inputs = PairInputs.Encode(_encoder.Format, new PairQuery(_query), _documents, CancellationToken.None);
        _bare = new BareLoop(_encoder.Profile, _inputs.Inputs);
        _padded = new PaddedBatches(_encoder.Profile, _inputs.Inputs);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _padded.Dispose();
        _bare.Dispose();
        _inputs.Dispose();
        _scorer.Dispose();
        _encoder.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void BareRuntime() => _bare.Run();

    [Benchmark]
    public Task Engine() => _scorer.ScoreAsync(_query, _documents);

    [Benchmark]
    public void PaddedBatchesOf8() => _padded.Run();
}
