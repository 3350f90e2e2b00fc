namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>The ids of the short words that a thread encoded lately: most words of a text are few, and the next text has them too.</summary>
/// <remarks>Not thread-safe. Some 100 kB, made with the first word; what a word is in the way of is forgotten.</remarks>
internal sealed class WordCache
{
    /// <summary>The code units that a word has at most to be kept.</summary>
    public const int MaxLength = 16;

    private const int MaxIds = 4;
    private const int IndexBits = 11;

    private readonly char[] _characters = new char[MaxLength << IndexBits];
    private readonly int[] _ids = new int[MaxIds << IndexBits];
    private readonly byte[] _lengths = new byte[1 << IndexBits];   // 0 where nothing is kept
    private readonly byte[] _counts = new byte[1 << IndexBits];
    private int _model;

    /// <summary>Forgets the words of any other model.</summary>
    public void Begin(TokenModel model)
    {
        // By its number, as the thread would keep the model itself alive.
        if (_model != model.Number)
        {
            Array.Clear(_lengths);
            _model = model.Number;
        }
    }

    /// <summary>Appends the ids of a word, if it is kept.</summary>
    public bool TryAppend(ReadOnlySpan<char> word, TokenBuffer output)
    {
        int index = IndexOf(word);
        if (_lengths[index] != word.Length || !_characters.AsSpan(index * MaxLength, word.Length).SequenceEqual(word))
        {
            return false;
        }

        foreach (int id in _ids.AsSpan(index * MaxIds, _counts[index]))
        {
            output.Add(id);
        }

        return true;
    }

    /// <summary>Keeps a word and its ids, unless they are too many.</summary>
    public void Keep(ReadOnlySpan<char> word, ReadOnlySpan<int> ids)
    {
        if (ids.Length > MaxIds)
        {
            return;
        }

        int index = IndexOf(word);
        word.CopyTo(_characters.AsSpan(index * MaxLength));
        ids.CopyTo(_ids.AsSpan(index * MaxIds));
        _lengths[index] = (byte)word.Length;
        _counts[index] = (byte)ids.Length;
    }

    private static int IndexOf(ReadOnlySpan<char> word)
    {
        uint hash = 0x811C_9DC5;
        foreach (char character in word)
        {
            hash = (hash ^ character) * 0x0100_0193;
        }

        return (int)((hash * 0x9E37_79B9) >> (32 - IndexBits));
    }
}
