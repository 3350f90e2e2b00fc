using CsCheck;
using Reranking.Tokenizers.Tokenization.AddedTokens;

namespace Reranking.Tokenizers.Tests;

/// <summary>Where added tokens are found, beside a search that tries every place.</summary>
public sealed class AddedTokenMatcherTests
{
    private static readonly Gen<string> Texts = Gen.Char["ab<> \n_1"].Array[0, 40].Select(static characters => new string(characters));

    private static readonly Gen<AddedToken> Tokens = Gen.Select(
        Gen.Char["ab<>"].Array[1, 4],
        Gen.Bool,
        Gen.Bool,
        Gen.Bool,
        static (pattern, word, left, right) => new AddedToken(0, new string(pattern), word, left, right, false));

    [Fact]
    public void Find_AnyTokensAndText_IsTheLeftmostAndLongest() => Gen.Select(Tokens.Array[0, 6], Texts).Sample((tokens, text) =>
    {
        var matcher = new AddedTokenMatcher([.. tokens.Select(static token => (token.Content, token))]);
        List<(string, int, int)> found = [];
        int unread = 0;
        int from = 0;
        while (from < text.Length)
        {
            AddedTokenMatch match = matcher.Find(text, unread, from, text.Length);
            if (match.Token is null)
            {
                Assert.Equal((text.Length, text.Length), (match.Start, match.End));
                break;
            }

            found.Add((match.Token.Content, match.Start, match.End));
            Assert.True(match.SearchedTo > from, "The search does not go on.");
            (unread, from) = (match.End, match.SearchedTo);
        }

        Assert.Equal(FindAll(tokens, text), found);
    }, iter: 5_000);

    [Fact]
    public void SettledLength_AnyStart_HasTheTokensOfTheWhole() => Gen.Select(Tokens.Array[1, 5], Texts, Texts).Sample((tokens, start, rest) =>
    {
        var matcher = new AddedTokenMatcher([.. tokens.Select(static token => (token.Content, token))]);
        int settled = matcher.SettledLength(start);

        Assert.InRange(settled, 0, start.Length);
        Assert.Equal(
            FindAll(tokens, start + rest).Where(token => token.End <= settled),
            FindAll(tokens, start).Where(token => token.End <= settled));
    }, iter: 5_000);

    // Each place in turn: the longest token that stands there and, if it has to be a word of its own, touches no other.
    private static List<(string Content, int Start, int End)> FindAll(AddedToken[] tokens, string text)
    {
        List<(string, int, int)> found = [];
        int unread = 0;
        for (int i = 0; i < text.Length;)
        {
            AddedToken? token = tokens.Where(token => string.CompareOrdinal(text, i, token.Content, 0, token.Content.Length) == 0)
                .MaxBy(static token => token.Content.Length);
            int end = i + (token?.Content.Length ?? 1);
            if (token is not null && !(token.SingleWord && (IsWord(text, i - 1) || IsWord(text, end))))
            {
                int start = i;
                int strippedEnd = end;
                while (token.StripsLeft && start > unread && char.IsWhiteSpace(text[start - 1]))
                {
                    start--;
                }

                while (token.StripsRight && strippedEnd < text.Length && char.IsWhiteSpace(text[strippedEnd]))
                {
                    strippedEnd++;
                }

                start = Math.Max(start, unread);
                found.Add((token.Content, start, strippedEnd));
                unread = strippedEnd;
            }

            i = end;
        }

        return found;
    }

    private static bool IsWord(string text, int index) => index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');
}
