using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Reranking.Onnx.Scoring;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

/// <summary>Texts that an English model can't read are told, and English and code are left alone.</summary>
public sealed class LanguageCheckTests
{
    private const string German =
        "Um das Kennwort zurückzusetzen, öffnen Sie die Anmeldeseite und wählen Sie den Verweis für vergessene Kennwörter.";

    private const string English =
        "To reset your password, open the sign-in page and follow the link for forgotten passwords. You will receive a message with further instructions.";

    private static readonly LanguageCheck Check = new(TokenizerFile.Load(Path.Combine(TestModels.Bundled, "tokenizer.json")));

    [Theory]
    [InlineData(German)]
    [InlineData("Pour réinitialiser votre mot de passe, ouvrez la page de connexion et choisissez le lien prévu à cet effet. Vous recevrez ensuite")]
    [InlineData("Para restablecer la contraseña, abra la página de inicio de sesión y elija el enlace correspondiente. Después recibirá un mensaje.")]
    [InlineData("Per reimpostare la password, apri la pagina di accesso e scegli il collegamento previsto. Riceverai quindi un messaggio.")]
    [InlineData("Om het wachtwoord opnieuw in te stellen, opent u de aanmeldpagina en kiest u de koppeling daarvoor. Daarna ontvangt u een bericht.")]
    [InlineData("Aby zresetować hasło, otwórz stronę logowania i wybierz odpowiedni odnośnik. Następnie otrzymasz wiadomość z dalszymi instrukcjami.")]
    [InlineData("Parolanızı sıfırlamak için oturum açma sayfasını açın ve ilgili bağlantıyı seçin. Ardından talimatları içeren bir ileti alacaksınız.")]
    [InlineData("Чтобы сбросить пароль, откройте страницу входа.")]
    [InlineData("如需重置密码，请打开登录页面，然后选择忘记密码链接并按照说明操作。")]
    [InlineData("パスワードをリセットするには、サインインページを開いてリンクを選択してください。")]
    [InlineData("لإعادة تعيين كلمة المرور، افتح صفحة تسجيل الدخول.")]
    public void Find_AnotherLanguage_IsTold(string text)
    {
        Assert.NotNull(Check.Find(text, [English]));
        Assert.NotNull(Check.Find("reset password", [English, text]));
    }

    [Theory]
    [InlineData(English)]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("Müller GmbH, Zürich")]
    [InlineData("α = β + γ, so that the angle is found")]
    [InlineData("public static async Task<int> GetUserByIdAsync(string userId, CancellationToken cancellationToken) => await _repo.FindAsync(userId);")]
    [InlineData("def tokenize(self, text): return [token.lower() for token in self.splitter.split(text) if token.strip()]")]
    [InlineData("kubectl get pods -n kube-system --output=jsonpath='{.items[*].metadata.name}'")]
    public void Find_EnglishOrCodeOrLittle_IsLeftAlone(string text) => Assert.Null(Check.Find(text, [text]));

    [Fact]
    public void Find_TrecDl19_HasFewFalseAlarms()
    {
        Assert.SkipUnless(Dl19.IsPresent, Dl19.SkipReason);
        (string Query, string Document)[] pairs = [.. Dl19.ReadQueries().SelectMany(query => query.Documents.Select(document => (query.Text, document)))];

        int alarms = pairs.Count(pair => Check.Find(pair.Query, [pair.Document]) is not null);

        Assert.InRange(alarms, 0, pairs.Length * 0.005);
    }

    [Fact]
    public void Find_SourcesOfThisRepository_HaveFewFalseAlarms()
    {
        string[] chunks =
        [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Root, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(static file => !file.EndsWith(".g.cs", StringComparison.Ordinal))
                .SelectMany(static file => File.ReadAllText(file).Chunk(1_200))
                .Select(static chunk => new string(chunk)),
        ];

        int alarms = chunks.Count(chunk => Check.Find("how is it done", [chunk]) is not null);

        Assert.InRange(alarms, 0, chunks.Length * 0.005);
    }

    [Fact]
    public async Task ScoreAsync_BundledModel_WarnsOnceAndSaysItInEachResult()
    {
        var logger = new FakeLogger<OnnxRelevanceScorer>();
        using var scorer = new OnnxRelevanceScorer(logger: logger);

        RelevanceScores first = await scorer.ScoreAsync("Kennwort", [German]);
        RelevanceScores second = await scorer.ScoreAsync("Kennwort", [German]);
        RelevanceScores english = await scorer.ScoreAsync("password", [English]);

        const string Expected =
            "The query or a document has words that its tokenizer breaks into many pieces, and model 'ms-marco-MiniLM-L-12-v2-int8' reads English. "
            + "Take a multilingual one, such as BAAI/bge-reranker-v2-m3 or cross-encoder/mmarco-mMiniLMv2-L12-H384-v1.";
        Assert.Equal([Expected, Expected], [first.AdditionalProperties?["language"], second.AdditionalProperties?["language"]]);
        Assert.Null(english.AdditionalProperties);
        FakeLogRecord warning = Assert.Single(logger.Collector.GetSnapshot(), static record => record.Level == LogLevel.Warning);
        Assert.DoesNotContain("Kennwort", warning.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ScoreAsync_ModelOfUnknownLanguages_SaysNothing()
    {
        using TemporaryFolder folder = TestModels.Unpack();
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = folder.Path });

        Assert.Null((await scorer.ScoreAsync("Kennwort", [German])).AdditionalProperties);
    }
}
