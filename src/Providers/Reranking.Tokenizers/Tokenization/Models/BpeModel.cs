using System.Buffers;
using System.Text;
using Reranking.Tokenizers.Tokenization.Alignment;
using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>HuggingFace's <c>BPE</c> over bytes: of all neighbors that may merge, those of the lowest rank do, leftmost first, until none is left.</summary>
internal sealed class BpeModel : TokenModel
{
    // A word longer than this for each id wanted is cut, and cut later if that leaves too few ids. A cut changes the ids before it: but a merge waits for the
    // one to its right only if that has a lower rank, so what the cut changes ends after a few ids, and as many as are wanted lie between.
    private const int WindowFactor = 8;
    private const int WindowGrowth = 4;
    private const int ShortestWindow = 4_096;
    private const int EnoughFactor = 2;

    // However few are wanted, as many as this lie between too.
    private const int FewestLeft = 64;

    // Most vocabularies lack the bytes that UTF-8 never has. A byte without a token goes, as in HuggingFace.
    private const int Missing = -1;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly int[] _byteIds;
    private readonly MergeTable _merges;
    private readonly CharTrie? _wholeWords;

    private BpeModel(Dictionary<string, int> vocabulary, int[] byteIds, MergeTable merges, bool takesWholeWords)
    {
        _vocabulary = vocabulary;
        _byteIds = byteIds;
        _merges = merges;
        _wholeWords = takesWholeWords ? new CharTrie(vocabulary.Where(token => token.Key.Length > 0)) : null;
        HighestId = vocabulary.Values.Max();
    }

    public override int Count => _vocabulary.Count;

    public override int HighestId { get; }

    public override bool ReadsBytes => true;

    public static BpeModel Read(ComponentJson json)
    {
        foreach (string affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (json.FindString(affix) is { Length: > 0 } found)
            {
                throw json.Unusable($"has the {affix} '{found}' in its {json.Kind}; expected none, as in models of bytes");
            }
        }

        if (json.Has("dropout"))
        {
            throw json.Unusable($"has a dropout in its {json.Kind}; expected none, as each text must give the same ids every time");
        }

        Dictionary<string, int> vocabulary = json.GetVocabulary("vocab");
        if (vocabulary.Count == 0)
        {
            throw json.Unusable($"has no token in the vocabulary of its {json.Kind}; expected one at least");
        }

        int[] byteIds = [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault(ByteAlphabet.CharacterOf((byte)value).ToString(), Missing))];
        if (json.FindString("unk_token") is { } unknown && byteIds.Contains(Missing))
        {
            throw json.Unusable($"has the unk_token '{unknown}' in its {json.Kind} and no token for some bytes; expected all 256 bytes or no unk_token");
        }

        (int, int, int)[] merges = [.. json.GetTextPairs("merges").Select(merge => (IdOf(merge.First), IdOf(merge.Second), IdOf(merge.First + merge.Second)))];
        return new BpeModel(vocabulary, byteIds, new MergeTable(merges, byteIds), json.GetOptionalBoolean("ignore_merges") ?? false);

        int IdOf(string token) => vocabulary.TryGetValue(token, out int id)
            ? id
            : throw json.Unusable($"has no '{token}' in the vocabulary of its {json.Kind}; expected all that its merges name");
    }

    public override int? FindId(string token) => _vocabulary.TryGetValue(token, out int id) ? id : null;

    public override void Encode(ReadOnlySpan<char> preToken, int wanted, TokenBuffer output, TokenizerScratch scratch)
    {
        int start = output.Count;
        long window = Math.Max(ShortestWindow, (long)wanted * WindowFactor);
        while (preToken.Length > window)
        {
            EncodeWhole(preToken[..(int)window], output, scratch);
            if (output.Count - start >= (long)wanted * EnoughFactor)
            {
                return;
            }

            output.Truncate(start);
            window *= WindowGrowth;
        }

        EncodeWhole(preToken, output, scratch);
    }

    public override void EncodeSpans(ReadOnlySpan<char> preToken, TokenBuffer output, List<TextSpan> spans, TokenizerScratch scratch)
    {
        int first = output.Count;
        EncodeWhole(preToken, output, scratch);

        // A token may be a part of the bytes of a character: then it stands for all of it.
        int unit = 0;
        int bytesBefore = 0;
        int bytes = 0;
        foreach (int id in output.Ids[first..])
        {
            CodePoints.Decode(preToken, Seek(preToken, bytes), out _);
            int start = unit;
            bytes += FindToken(id)!.Length;
            CodePoints.Decode(preToken, Seek(preToken, bytes - 1), out int length);
            spans.Add(new TextSpan(start, unit + length));
        }

        // Goes on to the character of a byte.
        int Seek(ReadOnlySpan<char> text, int wanted)
        {
            while (true)
            {
                int count = new Rune(CodePoints.Decode(text, unit, out int length)).Utf8SequenceLength;
                if (wanted < bytesBefore + count || unit + length >= text.Length)
                {
                    return unit;
                }

                bytesBefore += count;
                unit += length;
            }
        }
    }

    protected override IEnumerable<KeyValuePair<string, int>> ReadTokens() => _vocabulary;

    public override bool EncodeStart(ReadOnlySpan<char> start, int wanted, TokenBuffer output, TokenizerScratch scratch)
    {
        int count = output.Count;
        Encode(start, wanted, output, scratch);
        if (output.Count - count < ((long)wanted * EnoughFactor) + FewestLeft)
        {
            output.Truncate(count);
        }

        return false;
    }

    private void EncodeWhole(ReadOnlySpan<char> word, TokenBuffer output, TokenizerScratch scratch)
    {
        if (word.Length <= BpeScratch.Capacity && Encoding.UTF8.TryGetBytes(word, scratch.Bpe.Bytes, out int count))
        {
            ReadOnlySpan<byte> bytes = scratch.Bpe.Bytes.AsSpan(0, count);
            if (!TryAddWhole(bytes, output, scratch))
            {
                EncodeShort(bytes, output, scratch.Bpe);
            }

            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(word.Length));
        ReadOnlySpan<byte> all = rented.AsSpan(0, Encoding.UTF8.GetBytes(word, rented));
        if (!TryAddWhole(all, output, scratch))
        {
            EncodeLong(all, output, scratch.BpeQueue);
        }

        ArrayPool<byte>.Shared.Return(rented);
    }

    // ignore_merges: a word that is a token needs none.
    private bool TryAddWhole(ReadOnlySpan<byte> bytes, TokenBuffer output, TokenizerScratch scratch)
    {
        if (_wholeWords is null)
        {
            return false;
        }

        CharBuffer written = scratch.RentBuffer();
        foreach (byte value in bytes)
        {
            written.Append(ByteAlphabet.CharacterOf(value));
        }

        int? id = _wholeWords.Find(written.Span);
        scratch.ReturnBuffer(written);
        if (id is { } found)
        {
            output.Add(found);
        }

        return id is not null;
    }

    // Looks for the lowest rank again after each merge, which for a few bytes is faster than keeping them sorted.
    private void EncodeShort(ReadOnlySpan<byte> bytes, TokenBuffer output, BpeScratch scratch)
    {
        Span<int> ids = scratch.Ids.AsSpan(0, ReadBytes(bytes, scratch.Ids));
        Span<long> merges = scratch.Merges.AsSpan(0, Math.Max(0, ids.Length - 1));
        for (int i = 0; i < merges.Length; i++)
        {
            merges[i] = ids.Length == bytes.Length ? _merges.FindOfBytes(bytes[i], bytes[i + 1]) : _merges.Find(ids[i], ids[i + 1]);
        }

        while (FindLowest(merges, out int lowest))
        {
            ids[lowest] = MergeTable.MergedOf(merges[lowest]);
            RemoveAt(ref ids, lowest + 1);
            RemoveAt(ref merges, lowest);
            if (lowest > 0)
            {
                merges[lowest - 1] = _merges.Find(ids[lowest - 1], ids[lowest]);
            }

            if (lowest < merges.Length)
            {
                merges[lowest] = _merges.Find(ids[lowest], ids[lowest + 1]);
            }
        }

        foreach (int id in ids)
        {
            output.Add(id);
        }
    }

    private static void RemoveAt<T>(ref Span<T> values, int index)
    {
        for (int i = index + 1; i < values.Length; i++)
        {
            values[i - 1] = values[i];
        }

        values = values[..^1];
    }

    private int ReadBytes(ReadOnlySpan<byte> bytes, Span<int> ids)
    {
        int count = 0;
        foreach (byte value in bytes)
        {
            if (_byteIds[value] != Missing)
            {
                ids[count++] = _byteIds[value];
            }
        }

        return count;
    }

    private static bool FindLowest(ReadOnlySpan<long> merges, out int index)
    {
        long lowest = MergeTable.None;
        index = -1;
        for (int i = 0; i < merges.Length; i++)
        {
            if (merges[i] < lowest)
            {
                lowest = merges[i];
                index = i;
            }
        }

        return index >= 0;
    }

    // The same with a queue: n log n for any word, as a word may be as long as a text.
    private void EncodeLong(ReadOnlySpan<byte> bytes, TokenBuffer output, BpeQueue queue)
    {
        queue.Begin(bytes.Length);
        queue.Chain(ReadBytes(bytes, queue.Ids));
        for (int i = 0; i + 1 < queue.Ids.Length; i++)
        {
            queue.Add(i, _merges.Find(queue.Ids[i], queue.Ids[i + 1]));
        }

        while (queue.TryTake(out int left, out int rank))
        {
            int right = queue.NextOf(left);
            long merge = right < 0 ? MergeTable.None : _merges.Find(queue.Ids[left], queue.Ids[right]);

            // One of the two may have merged with another since.
            if (merge == MergeTable.None || MergeTable.RankOf(merge) != rank)
            {
                continue;
            }

            queue.Merge(left, right, MergeTable.MergedOf(merge));
            if (queue.PreviousOf(left) is >= 0 and int previous)
            {
                queue.Add(previous, _merges.Find(queue.Ids[previous], queue.Ids[left]));
            }

            if (queue.NextOf(left) is >= 0 and int next)
            {
                queue.Add(left, _merges.Find(queue.Ids[left], queue.Ids[next]));
            }
        }

        for (int i = queue.Ids.IsEmpty ? -1 : 0; i >= 0; i = queue.NextOf(i))
        {
            output.Add(queue.Ids[i]);
        }

        queue.End();
    }
}
