using System.Collections;

namespace Reranking;

/// <summary>Tags that a memory has to have: all of those of one filter, and of several filters those of any.</summary>
/// <remarks>Not thread-safe while tags are added.</remarks>
public sealed class KernelMemoryFilter : IEnumerable<KeyValuePair<string, IReadOnlyList<string?>>>
{
    private const string DocumentTag = "__document_id";

    private readonly Dictionary<string, List<string?>> _tags = new(StringComparer.OrdinalIgnoreCase);

    internal IReadOnlyDictionary<string, List<string?>> Tags => _tags;

    /// <summary>Adds a tag that a memory has to have.</summary>
    /// <param name="name">The name of the tag.</param>
    /// <param name="value">The value, or <see langword="null"/> for a tag without one.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public void Add(string name, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!_tags.TryGetValue(name, out List<string?>? values))
        {
            _tags.Add(name, values = []);
        }

        values.Add(value);
    }

    /// <summary>Adds a document that a memory has to be part of.</summary>
    /// <param name="documentId">The id of the document.</param>
    /// <returns>The filter.</returns>
    /// <exception cref="ArgumentException"><paramref name="documentId"/> is empty.</exception>
    public KernelMemoryFilter ByDocument(string documentId)
    {
        ArgumentException.ThrowIfNullOrEmpty(documentId);
        Add(DocumentTag, documentId);
        return this;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, IReadOnlyList<string?>>> GetEnumerator() =>
        _tags.Select(static tag => KeyValuePair.Create(tag.Key, (IReadOnlyList<string?>)tag.Value)).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
