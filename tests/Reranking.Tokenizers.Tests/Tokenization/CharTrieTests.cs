using CsCheck;
using Reranking.Tokenizers.Tokenization.Models;

namespace Reranking.Tokenizers.Tests;

public sealed class CharTrieTests
{
    // Few characters, so that words share their starts; enough of them for a node with a row of its own.
    private static readonly Gen<string> Words = Gen.Char["abcdefghijklmnop\u00E9\u4E00"].Array[1, 6].Select(static characters => new string(characters));

    [Fact]
    public void MatchLongest_AnyWordsAndText_IsTheLongestWordThatTheTextStartsWith() =>
        Gen.Select(Words.Array[0, 400], Words.Array[0, 40]).Sample((words, texts) =>
        {
            var trie = new CharTrie(words.Select(static (word, index) => KeyValuePair.Create(word, index)));

            foreach (string text in texts.Concat(words.Select(static word => word + "ab")))
            {
                string? expected = words.Where(word => text.StartsWith(word, StringComparison.Ordinal)).MaxBy(static word => word.Length);
                int length = trie.MatchLongest(text, out int value);

                Assert.Equal(expected?.Length ?? 0, length);
                Assert.Equal(expected is null ? CharTrie.NoValue : Array.IndexOf(words, expected), value);   // of equal words the first
            }
        }, iter: 200);

    [Fact]
    public void Find_AnyWords_IsEachOfThemAndNoOther() => Gen.Select(Words.Array[0, 300], Words.Array[0, 60]).Sample((words, others) =>
    {
        var trie = new CharTrie(words.Select(static (word, index) => KeyValuePair.Create(word, index)));

        Assert.All(words, word => Assert.Equal(Array.IndexOf(words, word), trie.Find(word)));
        Assert.All(others.Except(words), word => Assert.Null(trie.Find(word)));
        Assert.Null(trie.Find(""));
    }, iter: 200);

    [Fact]
    public void TryStep_CharacterBeyondAllWords_EndsTheWalk()
    {
        var trie = new CharTrie([KeyValuePair.Create("ab", 5)]);
        int node = CharTrie.Root;

        Assert.True(trie.TryStep(ref node, 'a'));
        Assert.Equal(CharTrie.NoValue, trie.ValueOf(node));
        Assert.True(trie.TryStep(ref node, 'b'));
        Assert.Equal(5, trie.ValueOf(node));
        Assert.False(trie.TryStep(ref node, '\uFFFF'));
        node = CharTrie.Root;
        Assert.False(trie.TryStep(ref node, '\uFFFF'));
    }
}
