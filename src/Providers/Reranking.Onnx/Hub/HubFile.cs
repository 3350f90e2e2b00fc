using System.Globalization;

namespace Reranking.Onnx.Hub;

/// <summary>What the endpoint says of a file without sending it.</summary>
internal sealed class HubFile
{
    /// <summary>Gets the commit that the revision stands for, or <see langword="null"/> if it is not known.</summary>
    public string? Commit { get; private set; }

    /// <summary>Gets what tells two contents of the file apart, or <see langword="null"/> if it is not known.</summary>
    public string? ETag { get; private set; }

    public long? Length { get; private set; }

    /// <summary>Gets the hash of the content, which the hub says of its large files only.</summary>
    public string? Sha256 { get; private set; }

    /// <summary>Gets a value indicating whether a redirect had all of it, so that it need not be followed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes what a response says; what an earlier one said, before it redirected the request, stays.</summary>
    public void Take(HttpResponseMessage response)
    {
        Commit ??= Header(response, "X-Repo-Commit") is { } commit && ModelName.IsCommit(commit) ? commit : null;
        if (Header(response, "X-Linked-Etag") is { } linked
            && long.TryParse(Header(response, "X-Linked-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out long length))
        {
            (ETag, Length, IsComplete) = (linked, length, true);
            string hash = linked.Trim('"');
            Sha256 = hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower) ? hash : null;
        }
        else if (response.IsSuccessStatusCode && !IsComplete)
        {
            ETag = response.Headers.ETag?.ToString();
            Length = response.Content.Headers.ContentLength;
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.First() : null;
}
