using Microsoft.ML.OnnxRuntime;
using Reranking.Onnx.Engine;
using Reranking.Onnx.Models;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

/// <summary>The session of a tiny model and its profile, for tests of the engine without pairs and tokenizers.</summary>
internal sealed class TinyModel : IDisposable
{
    private readonly TemporaryFolder _folder;
    private bool _isOwned = true;

    public TinyModel(string model = "bert/model", OnnxScorerOptions? options = null)
    {
        _folder = TestModels.Unpack(model);
        options ??= new OnnxScorerOptions();
        ModelFolder folder = ModelFolder.Open(_folder.Path, options);
        Session = SessionFactory.Open(folder.ModelFile, options);
        Tokenizer tokenizer = TokenizerFile.Load(folder.TokenizerFile);
        Profile = new CrossEncoderProfile(options, folder, ModelConfiguration.Read(folder), tokenizer).Resolve(Session.OutputMetadata);
    }

    public InferenceSession Session { get; }

    public ModelProfile Profile { get; }

    /// <summary>Returns the profile with other settings.</summary>
    public ModelProfile With(OnnxScorerOptions options) => Profile with { Folder = ModelFolder.Open(_folder.Path, options) };

    /// <summary>Hands the session over to an engine.</summary>
    public OnnxEngine CreateEngine(ModelProfile? profile = null)
    {
        _isOwned = false;
        return new OnnxEngine(Session, profile ?? Profile);
    }

    /// <summary>Makes inputs of some lengths, whose ids start at 1000 times their position and 1.</summary>
    public static TokenizedInputs Inputs(params int[] lengths)
    {
        var inputs = new TokenizedInputs(lengths.Length);
        for (int i = 0; i < lengths.Length; i++)
        {
            inputs.Add(lengths[i], out Span<long> ids, out Span<long> typeIds);
            for (int token = 0; token < lengths[i]; token++)
            {
                ids[token] = (1_000 * (i + 1)) + token;
                typeIds[token] = token % 2;
            }
        }

        return inputs;
    }

    public void Dispose()
    {
        if (_isOwned)
        {
            Session.Dispose();
        }

        _folder.Dispose();
    }
}
