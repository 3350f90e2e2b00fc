namespace Reranking;

/// <summary>Checks the documents of a call.</summary>
internal static class DocumentList
{
    /// <summary>Throws if the list or one of its documents is <see langword="null"/>.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="documents"/> or one of the documents is <see langword="null"/>.</exception>
    public static void ThrowIfInvalid(IReadOnlyList<string> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        for (int i = 0; i < documents.Count; i++)
        {
            if (documents[i] is null)
            {
                throw new ArgumentNullException(nameof(documents), $"Document {i} is null; expected a text, which may be empty.");
            }
        }
    }
}
