namespace Reranking.Onnx.Hub;

/// <summary>A file of a model at an endpoint.</summary>
/// <param name="Plan">The model.</param>
/// <param name="Revision">The revision in the address.</param>
/// <param name="Path">The path within the repository.</param>
/// <param name="Uri">The address at the endpoint, which is what messages name: addresses of other hosts may be signed.</param>
internal sealed record HubRequest(ModelPlan Plan, string Revision, string Path, Uri Uri)
{
    public RelevanceScoringException Missing() =>
        new($"Model '{Plan.Repository}' has no file '{Path}' at revision '{Revision}' ('{Uri}' answered 404). Check the settings Model, Revision and ModelFile.");
}
