using System.Threading.RateLimiting;

namespace Reranking.Cohere.Transport;

/// <summary>The leave to send one request, or the refusal of it.</summary>
internal sealed class RequestPermit : RateLimitLease
{
    public static readonly RequestPermit Granted = new(null);

    private readonly TimeSpan? _refusedFor;

    private RequestPermit(TimeSpan? refusedFor) => _refusedFor = refusedFor;

    public override bool IsAcquired => _refusedFor is null;

    public override IEnumerable<string> MetadataNames => _refusedFor is null ? [] : [MetadataName.RetryAfter.Name];

    public static RequestPermit Refused(TimeSpan wait) => new(wait);

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? _refusedFor : null;
        return metadata is not null;
    }
}
