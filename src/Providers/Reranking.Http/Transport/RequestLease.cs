using System.Threading.RateLimiting;

namespace Reranking.Http.Transport;

/// <summary>The lease of one request, or its refusal.</summary>
internal sealed class RequestLease : RateLimitLease
{
    public static readonly RequestLease Granted = new(null);

    private readonly TimeSpan? _refusedFor;

    private RequestLease(TimeSpan? refusedFor) => _refusedFor = refusedFor;

    public override bool IsAcquired => _refusedFor is null;

    public override IEnumerable<string> MetadataNames => _refusedFor is null ? [] : [MetadataName.RetryAfter.Name];

    public static RequestLease Refused(TimeSpan wait) => new(wait);

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? _refusedFor : null;
        return metadata is not null;
    }
}
