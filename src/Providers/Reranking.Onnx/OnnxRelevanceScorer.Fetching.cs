using Reranking.Onnx.Hub;

namespace Reranking.Onnx;

public sealed partial class OnnxRelevanceScorer
{
    private readonly ModelStore? _modelStore;
    private readonly CancellationTokenSource _disposing = new();

    // A load is not stopped by the caller who began it, since others may wait for it; a download of gigabytes ends with the scorer.
    private async Task<ModelFolder> FetchFolderAsync(string model)
    {
        using ModelStore? own = _modelStore is null ? new ModelStore() : null;
        try
        {
            string folder = await (_modelStore ?? own!).GetAsync(model, _options.Revision, _options.ModelFile, progress: null, _disposing.Token).ConfigureAwait(false);
            var options = (OnnxScorerOptions)_options.Copy();
            options.ModelFile = ModelPlan.For(model, _options.Revision, _options.ModelFile).ModelFile;
            return ModelFolder.Open(folder, options);
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(typeof(OnnxRelevanceScorer).FullName);
        }
    }

    // The source is left to the collector: without a timer it holds nothing, and a second disposal may cancel it again.
    private void StopFetching() => _disposing.Cancel();
}
