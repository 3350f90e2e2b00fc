using Reranking.Tokenizers.Tokenization.Models;
using Reranking.Tokenizers.Tokenization.PreTokenization;

namespace Reranking.Tokenizers.Tokenization;

/// <summary>Passes the pre-tokens of one text to the model, until there are enough tokens.</summary>
internal sealed class EncodingRun : PreTokenSink
{
    // HuggingFace looks at the limit after pre-tokens only, so that a text of added tokens alone never ends. Beyond this many times the limit nothing depends
    // on the count but which of two such sides gets an odd token, and the work has to have an end.
    private const int AddedTokenLimitFactor = 4;

    private TokenModel _model = null!;
    private TokenBuffer _output = null!;
    private TokenizerScratch _scratch = null!;
    private WordCache? _words;
    private CharBuffer? _held;
    private int _start;
    private int _limit;

    public bool IsFull { get; private set; }

    public int Count => _output.Count - _start;

    public void Begin(TokenModel model, TokenBuffer output, int limit, TokenizerScratch scratch)
    {
        _model = model;
        _output = output;
        _start = output.Count;
        _limit = limit;
        _scratch = scratch;
        IsFull = false;
        _words = model.GainsFromCache ? scratch.Words : null;
        _words?.Begin(model);
    }

    public override bool Accept(ReadOnlySpan<char> preToken, bool isStart)
    {
        if (IsFull || preToken.IsEmpty)
        {
            return !IsFull;
        }

        if (_held is null)
        {
            Encode(preToken);
        }
        else
        {
            if (_held.Length > 0)
            {
                Encode(_held.Span);
            }

            _held.Clear();
            _held.Append(preToken);
        }

        return !IsFull;
    }

    /// <summary>Holds back each pre-token until the next one comes, as from here on the last of them may go on.</summary>
    public void BeginStart() => _held = _scratch.RentBuffer();

    /// <summary>Takes the first ids of the last pre-token and tells whether it has no others, whatever follows.</summary>
    public bool EndStart()
    {
        int before = Count;
        bool hasNoOthers = !IsFull && _held!.Length > 0 && _model.EncodeStart(_held.Span, _limit, _output, _scratch);
        IsFull |= Count > before && Count >= _limit;
        _scratch.ReturnBuffer(_held!);
        _held = null;
        return hasNoOthers;
    }

    /// <summary>Removes the ids that came after the first ones, before which it was not full.</summary>
    public void TakeBack(int count)
    {
        _output.Truncate(_start + count);
        IsFull = false;
    }

    public void AddToken(int id)
    {
        _output.Add(id);
        IsFull |= Count >= (long)_limit * AddedTokenLimitFactor;
    }

    private void Encode(ReadOnlySpan<char> preToken)
    {
        if (_words is null || preToken.Length > WordCache.MaxLength)
        {
            _model.Encode(preToken, _limit, _output, _scratch);
        }
        else if (!_words.TryAppend(preToken, _output))
        {
            int start = _output.Count;
            _model.Encode(preToken, _limit, _output, _scratch);
            _words.Keep(preToken, _output.Ids[start..]);
        }

        IsFull = Count >= _limit;
    }

    /// <summary>Forgets the caller's buffer, which the thread would otherwise keep alive.</summary>
    public void End()
    {
        _model = null!;
        _output = null!;
        _scratch = null!;
    }
}
