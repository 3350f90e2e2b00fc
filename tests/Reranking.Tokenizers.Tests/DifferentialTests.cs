using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reranking.Tokenizers.Tokenization;
using Reranking.Tokenizers.Tokenization.Alignment;

namespace Reranking.Tokenizers.Tests;

/// <summary>Generated texts and pairs against the reference itself: ids, offsets, type ids and what truncation leaves.</summary>
/// <remarks>
/// Explicit, as 50,000 texts and 20,000 pairs in each of six families take minutes: <c>dotnet test tests/Reranking.Tokenizers.Tests -- xUnit.Explicit=only</c>.
/// <c>TOKENIZER_FUZZ_COUNT</c> sets the number of texts, and <c>TOKENIZER_FUZZ_SEED</c> others than usual.
/// </remarks>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int BatchSize = 250;
    private const int MaxShown = 8;

    // What stages treat each in its own way, beside what HardTexts has.
    private static readonly string[] Units =
    [
        .. HardTexts.InWords, .. HardTexts.BetweenWords, "\u0085", "\u00AD", "\uFEFF", "\u2060", "\u180E", "\uFFFE", "\uFFFF", "\U000E0001", "\U00013430",
        "\U0001D173", "\U000E0101", "\u200D\u035C", "\u0300", "\u0323", "\u05B0", "\u0E33", "\uAC00", "\u11A8", "\u3099", "が", "ﷺ", "½", "Ⅷ",
        "™\u001Eg", "\uFB01",
        "the", " the", "ing", "un", " a", "1234", "3.14", "don't", "I'LL", "http://", "…", "—", "“", "”", "\uFF21", "　", "ẞ", "ǅ",
        "\U0001F1E9\U0001F1EA", "\u1E9B\u0323",
        "\u0958", "\u2126", "\u212B", "\u0345", "\u0390", "{", "}", "=>", "\\n", "##", "##a", "▁a", "Ġ", "</s>", "<pad>", "[PAD]", "[SEP]",
    ];

    private static readonly string[] Fillers = ["w ", "word ", "a", "é", "中", "e\u0301", ". ", "w\n", "\t", "ab-", "1", "😀", " ", "\u0301", "w, "];

    public static TheoryData<string> Families { get; } = ["bert", "roberta", "modernbert", "qwen3", "deberta-v3", "xlm-roberta", "xlm-roberta/metaspace"];

    private static int Count => int.Parse(Environment.GetEnvironmentVariable("TOKENIZER_FUZZ_COUNT") ?? "50000", CultureInfo.InvariantCulture);

    private static int Seed => int.Parse(Environment.GetEnvironmentVariable("TOKENIZER_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);

    [Theory(Explicit = true)]
    [MemberData(nameof(Families))]
    public void Encode_GeneratedTexts_EqualTheReference(string family)
    {
        using ReferenceProcess reference = Start(family);
        Tokenizer tokenizer = TokenizerData.Load(family);
        var random = new Random(Seed);
        var different = new List<string>();
        int count = Count;
        for (int done = 0; done < count; done += BatchSize)
        {
            string[] texts = [.. Enumerable.Range(0, BatchSize).Select(_ => NextText(random))];
            JsonElement[] answers = [.. reference.Ask(new JsonObject { ["texts"] = ToJson(texts) }).EnumerateArray()];
            different.AddRange(texts.Zip(answers).Where(pair => !IsEqual(tokenizer, pair.First, pair.Second)).Select(pair => pair.First));
        }

        output.WriteLine($"{family}: {count} texts, {different.Count} differ.");
        string[] shortest = [.. different.OrderBy(text => text.Length).Take(MaxShown)];
        Assert.True(shortest.Length == 0, string.Join("\n\n", shortest.Select(text => Describe(reference, tokenizer, text))));
    }

    [Theory(Explicit = true)]
    [MemberData(nameof(Families))]
    public void EncodePair_GeneratedPairs_EqualTheReference(string family)
    {
        using ReferenceProcess reference = Start(family);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(TokenizerData.ReadFile(family)));
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(file);
        var random = new Random(Seed);
        var different = new List<string>();
        int count = Count * 2 / 5;
        for (int done = 0; done < count; done += BatchSize)
        {
            PairTruncation truncation = random.Next(2) == 0 ? PairTruncation.LongestFirst : PairTruncation.OnlySecond;
            int maxLength = random.Next(4) switch { 0 => 0, 1 => 512, _ => tokenizer.PairSpecialTokenCount + 2 + random.Next(80) };
            (string First, string Second)[] pairs = [.. Enumerable.Range(0, BatchSize).Select(_ => (NextText(random), NextText(random)))];
            JsonElement[] answers =
            [
                .. reference.Ask(new JsonObject
                {
                    ["pairs"] = new JsonArray([.. pairs.Select(pair => (JsonNode)ToJson([pair.First, pair.Second]))]),
                    ["strategy"] = truncation.ToString(),
                    ["maxLength"] = maxLength,
                }).EnumerateArray(),
            ];
            different.AddRange(pairs.Zip(answers)
                .Where(pair => !IsEqual(tokenizer, pair.First, maxLength, truncation, pair.Second))
                .Select(pair => $"{truncation} {maxLength}: {Escape(pair.First.First)} | {Escape(pair.First.Second)} gave other than {pair.Second}"));
        }

        output.WriteLine($"{family}: {count} pairs, {different.Count} differ.");
        Assert.True(different.Count == 0, string.Join("\n\n", different.OrderBy(text => text.Length).Take(MaxShown)));
    }

    private static ReferenceProcess Start(string family)
    {
        ReferenceProcess? reference = ReferenceProcess.TryStart(out string reason);
        Assert.SkipWhen(reference is null, reason);
        reference!.Load(TokenizerData.ReadFile(family));
        return reference;
    }

    // Short ones of everything; and some with what is hard just where a chunk of 512, or a window of 4,096, may end.
    private static string NextText(Random random)
    {
        var text = new StringBuilder();
        int kind = random.Next(20);
        if (kind < 4)
        {
            int boundary = kind == 0 && random.Next(4) == 0 ? 4_096 : 512 * (1 + random.Next(3));
            string filler = Fillers[random.Next(Fillers.Length)];
            int length = Math.Max(0, boundary - 8 + random.Next(12));
            while (text.Length < length)
            {
                text.Append(random.Next(40) == 0 ? Fillers[random.Next(Fillers.Length)] : filler);
            }

            text.Length = Math.Min(text.Length, length);
        }

        int units = random.Next(kind < 4 ? 12 : 30);
        for (int i = 0; i < units; i++)
        {
            text.Append(random.Next(12) switch
            {
                0 => NextCodePoint(random),
                1 => ((char)random.Next(' ', '\u007F')).ToString(),
                _ => Units[random.Next(Units.Length)],
            });
        }

        return text.ToString();
    }

    private static string NextCodePoint(Random random)
    {
        int codePoint = random.Next(3) switch { 0 => random.Next(0x3000), 1 => random.Next(0x10000), _ => random.Next(0x110000) };
        return codePoint is >= 0xD800 and <= 0xDFFF ? ((char)codePoint).ToString() : char.ConvertFromUtf32(codePoint);
    }

    private static bool IsEqual(Tokenizer tokenizer, string text, JsonElement answer)
    {
        int[] ids = TokenizerData.Encode(tokenizer, text);
        var tokens = new AlignedTokens();
        tokenizer.Align(text, tokens);
        return ids.Length == answer[0].GetInt32()
            && Hash(ids) == answer[1].GetUInt32()
            && tokens.Ids.Ids.SequenceEqual(ids)
            && Hash(ToCodePoints(text, tokens.Spans)) == answer[2].GetUInt32();
    }

    private static bool IsEqual(
        HuggingFaceTokenizer tokenizer, (string First, string Second) pair, int maxLength, PairTruncation truncation, JsonElement answer)
    {
        try
        {
            TokenizedInput input = tokenizer.EncodePair(pair.First, pair.Second, maxLength == 0 ? int.MaxValue : maxLength, truncation);
            return answer.ValueKind == JsonValueKind.Array
                && input.Ids.Count == answer[0].GetInt32()
                && Hash(input.Ids) == answer[1].GetUInt32()
                && Hash(input.TypeIds) == answer[2].GetUInt32();
        }
        catch (ArgumentOutOfRangeException)
        {
            return answer.ValueKind == JsonValueKind.Null;
        }
    }

    private static string Describe(ReferenceProcess reference, Tokenizer tokenizer, string text)
    {
        JsonElement expected = reference.Ask(new JsonObject { ["texts"] = ToJson([text]), ["full"] = true })[0];
        var tokens = new AlignedTokens();
        tokenizer.Align(text, tokens);
        return $"{Escape(text)}\n  ids     {expected[0]}\n  ours    {string.Join(',', TokenizerData.Encode(tokenizer, text))}"
            + $"\n  aligned {string.Join(',', tokens.Ids.Ids.ToArray())}\n  offsets {expected[1]}"
            + $"\n  ours    {string.Join(',', ToCodePoints(text, tokens.Spans))}";
    }

    private static List<int> ToCodePoints(string text, IReadOnlyList<TextSpan> spans)
    {
        int[] before = new int[text.Length + 1];
        for (int i = 0; i < text.Length; i++)
        {
            bool isSecond = i > 0 && char.IsSurrogatePair(text[i - 1], text[i]);
            before[i + 1] = before[i] + (isSecond ? 0 : 1);
        }

        return [.. spans.SelectMany(span => new[] { before[span.Start], before[span.End] })];
    }

    private static uint Hash(IEnumerable<int> numbers) => numbers.Aggregate(
        0x811C9DC5u,
        static (value, number) => unchecked((value ^ (uint)number) * 0x01000193));

    private static JsonArray ToJson(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)JsonValue.Create(text))]);

    private static string Escape(string text)
    {
        string escaped = string.Concat(text.Select(c => c is > ' ' and < '\u007F' ? c.ToString() : $"\\u{(int)c:X4}"));
        return escaped.Length > 2_000 ? $"({text.Length} units) …{escaped[^1_500..]}" : escaped;
    }
}
