using System.Globalization;
using CsCheck;
using Microsoft.ML.Tokenizers;

namespace Reranking.Tests;

/// <summary>Laws over any passages, with the tokenizer of a chat model.</summary>
public sealed class ContextPackerLawTests
{
    private const int Cases = 1_000;

    private static readonly TiktokenTokenizer Tokenizer = TiktokenTokenizer.CreateForEncoding("o200k_base");

    private static readonly string[] Vocabulary =
    [
        "the", "password", "Reset", "E-1042", "don't", "1234567", "naïve", "Straße", "重置密码", "パスワード", "कुंजी", "🔑", "👩‍💻", "\n", "...", "$5", "\"quoted\"",
        "antidisestablishmentarianism", "a", "\t",
    ];

    private static readonly Gen<string> GenText = AnyOf(Vocabulary).Array[0, 30].Select(words => string.Join(' ', words));

    private static readonly Gen<ContextPassage> GenPassage =
        Gen.Select(
            GenText,
            AnyOf<string?>(null, "manual", "terms"),
            Gen.Int[0, 5],
            AnyOf<string?>(null, "a.md", "b.md", "c.md"),
            (text, document, chunk, source) => new ContextPassage(text)
            {
                DocumentId = document,
                ChunkNumber = document is null ? null : chunk,
                SourceId = source,
                Title = source is "c.md" ? "Third" : null,
            });

    private static readonly Gen<ContextPassage[]> GenPassages =
        Gen.Select(GenPassage.Array[0, 12], Gen.Int[0, 100].Array[0, 6], (passages, copies) => passages.Length == 0
            ? passages
            : [.. passages, .. copies.Select(copy => passages[copy % passages.Length] with { SourceId = "copy.md", DocumentId = null })]);

    private static readonly Gen<ContextPackerOptions> GenOptions =
        Gen.Select(
            Gen.Int[12, 300],
            AnyOf(PassageOrder.BestFirst, PassageOrder.BestFirstAndLast),
            AnyOf<double?>(null, 0.3, 0.9),
            AnyOf("", "Cite as [1]."),
            AnyOf("\n\n", "", " --- "),
            (budget, order, threshold, preamble, separator) => new ContextPackerOptions
            {
                TokenBudget = budget,
                Order = order,
                NearDuplicateThreshold = threshold,
                Preamble = preamble,
                Separator = separator,
            });

    [Fact]
    public void Pack_AnyPassages_NeverExceedsTheBudget() =>
        Gen.Select(GenPassages, GenOptions).Sample(
            (passages, options) =>
            {
                PackedContext packed = Pack(passages, options);

                Assert.Equal(Tokenizer.CountTokens(packed.Text), packed.TokenCount);
                Assert.InRange(packed.TokenCount, 0, options.TokenBudget);
            },
            iter: Cases);

    [Fact]
    public void Pack_AnyPassages_TellsOfEachOnceAndByRank() =>
        Gen.Select(GenPassages, GenOptions).Sample(
            (passages, options) =>
            {
                PackedContext packed = Pack(passages, options);

                Assert.Equal(
                    Enumerable.Range(0, passages.Length),
                    packed.Passages.SelectMany(passage => passage.Indices).Concat(packed.Dropped.Select(drop => drop.Index)).Order());
                Assert.Equal(Enumerable.Range(1, packed.Passages.Count), packed.Passages.Select(passage => passage.Citation));
                Assert.Equal(packed.Passages.OrderBy(passage => passage.Indices.Min()), packed.Passages);
                Assert.All(packed.Passages, passage => Assert.Contains($"[{passage.Citation}]", packed.Text, StringComparison.Ordinal));
                Assert.All(packed.Passages, passage => Assert.Contains(passages[passage.Indices[0]].Text.Trim(), passage.Text, StringComparison.Ordinal));
                Assert.All(packed.Passages, passage => Assert.Contains(CitationFormat.Write(passage), packed.Text, StringComparison.Ordinal));
                Assert.All(
                    packed.Passages, passage => Assert.Equal(passage.Indices.Select(i => Source(passages[i])).Distinct(), passage.Sources.Select(Source)));
            },
            iter: Cases);

    /// <summary>Kept before it, and with it: more than the budget, as packed without one.</summary>
    [Fact]
    public void Pack_AnyDropped_DidNotFitBesideThoseOfBetterRank() =>
        Gen.Select(GenPassages, GenOptions).Sample(
            (passages, options) =>
            {
                PackedContext packed = Pack(passages, options);
                int[] kept = [.. packed.Passages.SelectMany(passage => passage.Indices).Order()];
                foreach (DroppedPassage drop in packed.Dropped.Where(drop => drop.Reason is PassageDropReason.OverBudget or PassageDropReason.Duplicate))
                {
                    ContextPassage[] beside = [.. kept.Where(i => i < drop.Index).Append(drop.Index).Select(i => passages[i])];
                    PackedContext all = Pack(beside, WithBudget(options, int.MaxValue));

                    Assert.InRange(all.TokenCount, options.TokenBudget + 1, int.MaxValue);
                    Assert.Empty(all.Dropped);
                }
            },
            iter: Cases);

    /// <summary>The rule in the plainest words, where nothing is merged or left out for another reason.</summary>
    [Fact]
    public void Pack_DistinctPassages_KeepsEachThatFitsInRankOrder() =>
        Gen.Select(GenText.Array[0, 12], GenOptions).Sample(
            (texts, options) =>
            {
                ContextPassage[] passages = [.. texts.Select((text, i) => new ContextPassage($"{i.ToString(CultureInfo.InvariantCulture)} {text}"))];
                options.NearDuplicateThreshold = null;
                options.Order = PassageOrder.BestFirst;
                List<int> kept = [];
                for (int i = 0; i < passages.Length; i++)
                {
                    if (Tokenizer.CountTokens(Write([.. kept, i])) <= options.TokenBudget)
                    {
                        kept.Add(i);
                    }
                }

                PackedContext packed = Pack(passages, options);

                Assert.Equal(kept, packed.Passages.Select(passage => Assert.Single(passage.Indices)));
                Assert.Equal(kept.Count == 0 ? options.Preamble : Write(kept), packed.Text);
                Assert.All(packed.Dropped, drop => Assert.Equal(PassageDropReason.OverBudget, drop.Reason));

                string Write(IReadOnlyList<int> indices) => string.Join(
                    options.Separator switch { "" => "\n", " --- " => "\n --- \n", var separator => separator },
                    new[] { options.Preamble }.Where(preamble => preamble.Length > 0)
                        .Concat(indices.Select((index, i) => $"[{i + 1}]\n{Quoted(passages[index].Text)}")));

                static string Quoted(string text) =>
                    string.Join('\n', text.Trim().Split('\n').Select(line => string.IsNullOrWhiteSpace(line) ? ">" : $"> {line}"));
            },
            iter: Cases);

    [Fact]
    public void Pack_AnyBeginningOfTheRanking_KeepsWhatItKeepsOfTheWhole() =>
        Gen.Select(GenPassages, GenOptions, Gen.Int[0, 18]).Sample(
            (passages, options, count) =>
            {
                PackedContext whole = Pack(passages, options);
                PackedContext beginning = Pack([.. passages.Take(count)], options);

                Assert.Equal(Kept(whole).Where(index => index < count), Kept(beginning));
                Assert.Equal(whole.Dropped.Where(drop => drop.Index < count), beginning.Dropped);
            },
            iter: Cases);

    /// <summary>Words are numbered, so that an overlap can't be longer by chance.</summary>
    [Fact]
    public void Pack_AllChunksOfADocument_IsTheDocument() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[4, 20], Gen.Int[0, 1_000_000]).Sample(
            (length, size, seed) =>
            {
                const int overlap = 3;
                string[] words = [.. Enumerable.Range(0, length).Select(i => $"word{i:000}")];
                List<ContextPassage> chunks = [];
                for (int start = 0; start == 0 || start + overlap < length; start += size - overlap)
                {
                    chunks.Add(new ContextPassage(string.Join(' ', words.Skip(start).Take(size))) { DocumentId = "document", ChunkNumber = chunks.Count });
                }

                ContextPassage[] ranked = [.. chunks];
                new Random(seed).Shuffle(ranked);

                Assert.Equal(
                    string.Join(' ', words), Assert.Single(Pack(ranked, new() { TokenBudget = int.MaxValue, NearDuplicateThreshold = null }).Passages).Text);
            },
            iter: Cases);

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static (string?, string?) Source(ContextPassage passage) => (passage.Title, passage.SourceId);

    private static IEnumerable<int> Kept(PackedContext packed) => packed.Passages.SelectMany(passage => passage.Indices).Order();

    private static ContextPackerOptions WithBudget(ContextPackerOptions options, int budget) => new()
    {
        TokenBudget = budget,
        Order = options.Order,
        NearDuplicateThreshold = options.NearDuplicateThreshold,
        Preamble = options.Preamble,
        Separator = options.Separator,
    };

    private static PackedContext Pack(IReadOnlyList<ContextPassage> passages, ContextPackerOptions options) =>
        new ContextPacker(text => Tokenizer.CountTokens(text), options).Pack(passages);
}
