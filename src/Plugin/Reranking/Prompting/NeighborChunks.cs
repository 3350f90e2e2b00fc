namespace Reranking.Prompting;

/// <summary>Puts chunks of one document together again.</summary>
internal static class NeighborChunks
{
    // Shorter ones may be chance, as in "… choose the" and "the next page …".
    private const int ShortestOverlap = 16;

    /// <summary>
    /// Groups passages: those whose chunks follow each other, in the order of their document, and any other for itself; the group of the best rank first.
    /// </summary>
    public static IEnumerable<IReadOnlyList<KeptPassage>> Group(IReadOnlyList<KeptPassage> kept)
    {
        List<IReadOnlyList<KeptPassage>> groups = [];
        Dictionary<(string Document, int Chunk), KeptPassage> chunks = [];
        foreach (KeptPassage passage in kept)
        {
            if (passage.Passage is not { DocumentId: { } document, ChunkNumber: { } chunk } || !chunks.TryAdd((document, chunk), passage))
            {
                groups.Add([passage]);
            }
        }

        foreach ((string document, int first) in chunks.Keys.Where(key => !chunks.ContainsKey((key.Document, key.Chunk - 1))))
        {
            List<KeptPassage> group = [];
            for (int chunk = first; chunks.TryGetValue((document, chunk), out KeptPassage? passage); chunk++)
            {
                group.Add(passage);
            }

            groups.Add(group);
        }

        return groups.OrderBy(static group => group.Min(static passage => passage.Index));
    }

    /// <summary>Joins the text of a chunk to that of the chunks before it; what both hold where they meet appears once.</summary>
    public static string Join(string before, string next)
    {
        int overlap = Overlap(before, next);
        return overlap < ShortestOverlap ? $"{before}\n{next}" : before + next[overlap..];
    }

    /// <summary>Returns the length of the longest end of one text that is the beginning of the other, in linear time (Knuth, Morris and Pratt).</summary>
    private static int Overlap(string before, string next)
    {
        int[] borders = new int[next.Length];
        for (int i = 1, length = 0; i < next.Length; i++)
        {
            length = Extend(length, next[i]);
            borders[i] = length;
        }

        int matched = 0;
        foreach (char character in before.AsSpan(Math.Max(0, before.Length - next.Length)))
        {
            matched = Extend(matched, character);
        }

        return matched;

        int Extend(int length, char character)
        {
            while (length > 0 && (length == next.Length || next[length] != character))
            {
                length = borders[length - 1];
            }

            return next[length] == character ? length + 1 : length;
        }
    }
}
