namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>Words and their values, for matches that start at a position.</summary>
/// <remarks>
/// Nodes are numbered breadth-first, so the children of one are next to each other and sorted: a node is its character, its value and its first child.
/// Immutable and thread-safe.
/// </remarks>
internal sealed class CharTrie
{
    public const int Root = 0;
    public const int NoValue = -1;

    private const int NoChild = -1;
    private const int NoRow = -1;
    private const int AsciiCount = 0x80;
    private const int FewChildren = 8;

    private readonly char[] _characters;
    private readonly int[] _values;
    private readonly int[] _firstChildren;

    // The root has far more children than any other node, and each match asks for one: by character.
    private readonly int[] _roots;

    // The other nodes with many children have those that are ASCII by character: a row of these, or no row.
    private readonly int[] _rowOf;
    private readonly int[] _rows;

    /// <summary>Initializes a new instance of the <see cref="CharTrie"/> class.</summary>
    /// <param name="words">The words, none of them empty, and values of 0 or more. Of equal words the first counts.</param>
    public CharTrie(IEnumerable<KeyValuePair<string, int>> words)
    {
        KeyValuePair<string, int>[] sorted = [.. words.OrderBy(word => word.Key, StringComparer.Ordinal)];
        var characters = new List<char>();
        var values = new List<int>();
        var firstChildren = new List<int>();
        var pending = new Queue<(int Low, int High, int Depth)>();
        pending.Enqueue((0, sorted.Length, 0));
        characters.Add('\0');
        while (pending.TryDequeue(out (int Low, int High, int Depth) node))
        {
            int low = node.Low;
            bool isWord = low < node.High && sorted[low].Key.Length == node.Depth;
            values.Add(isWord ? sorted[low].Value : NoValue);
            firstChildren.Add(characters.Count);
            while (low < node.High && sorted[low].Key.Length == node.Depth)
            {
                low++;
            }

            while (low < node.High)
            {
                char character = sorted[low].Key[node.Depth];
                int high = low + 1;
                while (high < node.High && sorted[high].Key[node.Depth] == character)
                {
                    high++;
                }

                characters.Add(character);
                pending.Enqueue((low, high, node.Depth + 1));
                low = high;
            }
        }

        firstChildren.Add(characters.Count);
        _characters = [.. characters];
        _values = [.. values];
        _firstChildren = [.. firstChildren];
        _roots = BuildRoots();
        _rows = BuildRows(_rowOf = new int[_values.Length]);
    }

    /// <summary>Finds the longest word that the text starts with.</summary>
    /// <returns>Its length, or 0 if there is none.</returns>
    public int MatchLongest(ReadOnlySpan<char> text, out int value)
    {
        value = NoValue;
        int longest = 0;
        int node = Root;
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (!TryStep(ref node, character))
            {
                break;
            }

            if (_values[node] != NoValue)
            {
                value = _values[node];
                longest = i + 1;
            }
        }

        return longest;
    }

    /// <summary>Goes on to the node of one more character, if there is one.</summary>
    public bool TryStep(ref int node, char character)
    {
        if (node == Root)
        {
            node = character < _roots.Length ? _roots[character] : NoChild;
        }
        else
        {
            int row = character < AsciiCount ? _rowOf[node] : NoRow;
            node = row == NoRow ? FindChild(node, character) : _rows[row + character];
        }

        return node >= 0;
    }

    /// <summary>Returns the value of the word that ends at a node, or <see cref="NoValue"/>.</summary>
    public int ValueOf(int node) => _values[node];

    public int? Find(ReadOnlySpan<char> word) => MatchLongest(word, out int value) == word.Length && value != NoValue ? value : null;

    /// <summary>Returns the words and their values.</summary>
    public IEnumerable<KeyValuePair<string, int>> ReadWords()
    {
        int[] parents = new int[_values.Length];
        var reversed = new List<char>();
        for (int node = Root; node < _values.Length; node++)
        {
            parents.AsSpan(_firstChildren[node].._firstChildren[node + 1]).Fill(node);
            if (_values[node] == NoValue)
            {
                continue;
            }

            reversed.Clear();
            for (int i = node; i != Root; i = parents[i])
            {
                reversed.Add(_characters[i]);
            }

            reversed.Reverse();
            yield return KeyValuePair.Create(string.Concat(reversed), _values[node]);
        }
    }

    private int[] BuildRoots()
    {
        ReadOnlySpan<char> children = ChildrenOf(Root);
        int[] roots = new int[children.IsEmpty ? 0 : children[^1] + 1];
        Array.Fill(roots, NoChild);
        for (int i = 0; i < children.Length; i++)
        {
            roots[children[i]] = _firstChildren[Root] + i;
        }

        return roots;
    }

    private int[] BuildRows(int[] rowOf)
    {
        var rows = new List<int>();
        Array.Fill(rowOf, NoRow);
        for (int node = Root + 1; node < rowOf.Length; node++)
        {
            if (ChildrenOf(node).Length > FewChildren)
            {
                rowOf[node] = rows.Count;
                for (int c = 0; c < AsciiCount; c++)
                {
                    rows.Add(FindChild(node, (char)c));
                }
            }
        }

        return [.. rows];
    }

    private ReadOnlySpan<char> ChildrenOf(int node) => _characters.AsSpan(_firstChildren[node].._firstChildren[node + 1]);

    private int FindChild(int node, char character)
    {
        ReadOnlySpan<char> children = ChildrenOf(node);
        int index = children.Length <= FewChildren ? children.IndexOf(character) : SortedSearch.IndexOf(children, character);
        return index < 0 ? NoChild : _firstChildren[node] + index;
    }
}
