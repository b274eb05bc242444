"""The words that WhatsApp itself puts into an exported chat, by language: for a file, left-out media, a deletion, an
edit, the encryption notice. All phrases are casefolded and without the brackets around them.

References:
- WhatsApp Help Centre, "How to export your chat history": with and without media.
- The wording of the app's interface by language, as it appears in published exports.
"""

from __future__ import annotations

import re

from parsers.whatsapp_layout import MARKS

_M = f"[{MARKS}]{{0,4}}"


def _phrases(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split("|"))


ATTACHED = _phrases(
    "file attached|attached|archivo adjunto|adjunto|fichier joint|pièce jointe|pièce-jointe|datei angehängt|anhang|"
    "dateianhang|file allegato|allegato|arquivo anexado|ficheiro anexado|anexado|anexo|bestand bijgevoegd|bijgevoegd|"
    "bijlage|plik dołączony|załącznik|dołączono plik|dosya ekli|ekli|eklendi|الملف مرفق|ملف مرفق|المُرفق|مرفق|"
    "קובץ מצורף|הקובץ מצורף|מצורף|فائل منسلک ہے|منسلک|فایل پیوست شد|پیوست|फ़ाइल संलग्न है|फ़ाइल संलग्न|संलग्न|"
    "fișier atașat|atașat|файл добавлен|файл прикреплен|вложенный файл|прикреплено|прикреплён|файл додано|додано|"
    "bifogad fil|fil bifogad|bifogad|fil vedlagt|vedlagt|vedlegg|fil vedhæftet|vedhæftet|tiedosto liitetty|liite|"
    "soubor připojen|přiložený soubor|fájl csatolva|csatolva|συνημμένο αρχείο|συνημμένο|file terlampir|terlampir|"
    "tệp đính kèm|đính kèm|添付ファイル|添付|附件|文件附件|檔案附件|已附加|파일 첨부됨|첨부됨|"
    "soubor byl přiložen|arxiu adjunt|添付ファイル有り|附件檔案|फाइल अटैच कर दी गई है|फाइल संलग्न|liitetiedosto|"
    "archivo adjuntado|fail dilampirkan|súbor pripojený|datoteka u privitku|priložena datoteka|прикачен файл|"
    "прикачена датотека|прикачен фајл|فائل منسلک|پیوستہ فائل|پیوستہ|پیوست شد|ไฟล์ที่แนบ|แนบ|lêer aangeheg|"
    "fayl əlavə olunub|pievienots fails|załączony plik|załączono|dilampirkan|terlampir|eklendi|atașare|priloženo|"
    "příloha|príloha|επισυνάφθηκε|अटैच किया गया|संलग्न केले|જોડાયેલ|ceangailte"
)
# Without the brackets that some versions put around them.
OMITTED = _phrases(
    "media omitted|image omitted|video omitted|audio omitted|gif omitted|sticker omitted|document omitted|"
    "contact card omitted|video note omitted|video message omitted|voice message omitted|view once message omitted|"
    "view once voice message omitted|multimedia omitido|imagen omitida|imagen omitido|video omitido|vídeo omitido|"
    "audio omitido|gif omitido|sticker omitido|documento omitido|tarjeta de contacto omitida|médias omis|"
    "fichier média omis|image absente|vidéo absente|audio omis|gif retiré|sticker omis|document omis|"
    "medien ausgeschlossen|bild weggelassen|video weggelassen|audio weggelassen|gif weggelassen|"
    "sticker weggelassen|dokument weggelassen|kontaktkarte ausgelassen|media omessi|media omesso|immagine omessa|"
    "video omesso|audio omesso|gif esclusa|sticker non incluso|documento omesso|mídia oculta|arquivo de mídia oculto|"
    "ficheiro não revelado|imagem ocultada|vídeo omitido|áudio ocultado|figurinha omitida|documento omitido|"
    "imagem não revelada|media weggelaten|afbeelding weggelaten|video weggelaten|audio weggelaten|"
    "sticker weggelaten|document weggelaten|videonotitie weggelaten|pominięto multimedia|pominięto obraz|"
    "pominięto grafikę|medya dahil edilmedi|medya çıkarıldı|görüntü dahil edilmedi|video dahil edilmedi|"
    "ses dahil edilmedi|gif dahil edilmedi|çıkartma dahil edilmedi|belge dahil edilmedi|без медиафайлов|"
    "файл пропущен|изображение отсутствует|видео отсутствует|аудиофайл отсутствует|стикер отсутствует|"
    "медіа пропущено|تم استبعاد الوسائط|تم إستبعاد الوسائط|המדיה לא נכללה|התמונה הושמטה|מדיה הושמטה|"
    "मीडिया के बिना|मीडिया छोड़ दिया गया|میڈیا شامل نہیں ہے|media omis|fișiere media omise|media utelämnades|"
    "media har utelämnats|bild utelämnad|medier utelatt|medier utelates|bilde utelatt|medier udeladt|mediefil udeladt|"
    "billede udeladt|media jätettiin pois|kuva jätetty pois|média vynechány|média vynechané|média elhagyva|"
    "media tidak disertakan|gambar tidak disertakan|media dikecualikan|"
    "省略多媒體檔|省略媒体文件|图像已忽略|影像已忽略|"
    "メディアは含まれていません|メディアなし|画像は含まれていません|미디어 파일을 제외한|미디어 파일 생략|"
    "사진 생략됨|동영상 생략됨|"
    "ไม่มีรูปภาพ|วิดีโอถูกลบ|ไม่มีไฟล์เสียง|บัตรรายชื่อที่ละเว้น|ไม่มีสติกเกอร์|ละเว้นเอกสาร|ละเว้น gif|"
    "đã bỏ qua hình ảnh|đã bỏ video|bỏ qua tệp âm thanh|bỏ qua thẻ liên lạc|đã bỏ sticker|đã bỏ qua tài liệu|"
    "đã bỏ qua ảnh gif|لم يتم إدراج الصورة|لم يتم إدراج الفيديوهات|لم يتم إدراج المقاطع الصوتية|"
    "لم يتم إدراج بطاقة جهة اتصال|تم حذف الملصقات|لم يتم إدراج المستند|لم يتم إدراج صورة gif|फ़ोटो हटाई गई|"
    "वीडियो छोड़ा गया|ऑडियो हटाई गयी|कॉन्टैक्ट कार्ड छोड़ा गया|स्टिकर छोड़ा गया|डॉक्यूमेंट छोड़ा गया|gif छोड़ा गया|"
    "video tidak disertakan|audio tidak disertakan|kartu kontak tidak disertakan|stiker tidak disertakan|"
    "dokumen tidak disertakan|gif tidak disertakan|зображення відсутнє|відео відсутнє|аудіо відсутнє|"
    "картка контакту відсутня|наклейку не додано|документ пропущено|gif-анімацію пропущено|vídeo não revelado|"
    "ficheiro de áudio não revelado|contacto não revelado|sticker não revelado|documento não revelado|"
    "gif não revelada|ビデオは含まれていません|音声は含まれていません|連絡先カードを省略|"
    "スタンプは含まれていません|ドキュメントは含まれていません|gifは含まれていません|obrázek vynechán|"
    "video vynecháno|zvukový soubor vynechán|vizitka vynechána|nálepka vynechána|dokument vynechán|gif vynechán|"
    "scheda contatto omessa|fiche contact manquante|document manquant|карточка контакта отсутствует|"
    "стикер не добавлен|документ отсутствует|gif отсутствует"
)
DELETED_BY_OTHER = _phrases(
    "this message was deleted|message deleted|se eliminó este mensaje|"
    "este mensaje fue eliminado|ce message a été supprimé|diese nachricht wurde gelöscht|"
    "questo messaggio è stato eliminato|esta mensagem foi apagada|mensagem apagada|esta mensagem foi eliminada|"
    "dit bericht is verwijderd|dit bericht werd verwijderd|ta wiadomość została usunięta|wiadomość została usunięta|"
    "bu mesaj silindi|данное сообщение удалено|сообщение удалено|это сообщение удалено|تم حذف هذه الرسالة|"
    "הודעה זו נמחקה|यह मैसेज हटाया गया|यह संदेश हटा दिया गया|acest mesaj a fost șters|detta meddelande raderades|"
    "det här meddelandet raderades|denne meldingen ble slettet|denne besked blev slettet|denne besked er slettet|"
    "tämä viesti poistettiin|viesti poistettiin|此訊息已刪除|此消息已删除|このメッセージは削除されました|"
    "삭제된 메시지입니다|pesan ini dihapus|pesan ini telah dihapus|tin nhắn này đã bị xóa|"
    "αυτό το μήνυμα διαγράφηκε|це повідомлення було видалено|"
    "这条消息已被删除|یہ میسج حذف کر دیا گیا ہے۔|ข้อความนี้ถูกลบแล้ว|"
    "táto správa bola odstránená|mesej ini telah dipadam|हा मेसेज हटवण्यात आला|이 메시지는 삭제되었습니다|"
    "ez az üzenet törlésre került|ova je poruka izbrisana|ova poruka je izbrisana|यह मैसेज डिलीट कर दिया गया है|"
    "આ મેસેજ ડિલીટ કરાયો|این پیام حذف شده است|این پیام حذف شد|denne besked er blevet slettet|"
    "tato zpráva byla smazána|tato zpráva byla odstraněna|aquest missatge s'ha suprimit|съобщението беше изтрито"
)
DELETED_BY_EXPORTER = _phrases(
    "you deleted this message|eliminaste este mensaje|has eliminado este mensaje|"
    "vous avez supprimé ce message|du hast diese nachricht gelöscht|sie haben diese nachricht gelöscht|"
    "hai eliminato questo messaggio|você apagou esta mensagem|apagaste esta mensagem|u hebt dit bericht verwijderd|"
    "je hebt dit bericht verwijderd|usunięto tę wiadomość|ta wiadomość została przez ciebie usunięta|"
    "bu mesajı sildiniz|вы удалили данное сообщение|вы удалили это сообщение|حذفت هذه الرسالة|"
    "لقد حذفت هذه الرسالة|מחקת הודעה זו|आपने यह मैसेज हटा दिया|ați șters acest mesaj|du raderade detta meddelande|"
    "du slettet denne meldingen|du slettede denne besked|poistit tämän viestin|您已刪除此訊息|您已删除这条消息|"
    "あなたはこのメッセージを削除しました|이 메시지를 삭제했습니다|anda menghapus pesan ini|"
    "מחקת את ההודעה הזו|apagou esta mensagem|διαγράψατε αυτό το μήνυμα|διαγράψατε το μήνυμα|"
    "ви видалили це повідомлення|لقد حذَفت هذه الرسالة|أنت حذفت هذه الرسالة|bạn đã xóa tin nhắn này|"
    "bạn đã xoá tin nhắn này|คุณได้ลบข้อความนี้|คุณลบข้อความนี้|du har tagit bort meddelandet|"
    "du raderade det här meddelandet|túto správu ste odstránili|usunąłeś(-ęłaś) tę wiadomość|"
    "usunąłeś(aś) tę wiadomość|anda telah memadamkan mesej ini|anda telah menghapus pesan ini|삭제한 메시지입니다|"
    "このメッセージを削除しました|törölted ezt az üzenetet|ezt az üzenetet törölted|izbrisali ste ovu poruku|"
    "आपने यह मैसेज डिलीट किया|du har slettet denne besked|tuto zprávu jste smazal/a|tuto zprávu jste odstranil/a|"
    "has suprimit aquest missatge|has esborrat aquest missatge|شما این پیام را حذف کردید|изтрихте това съобщение"
)
# Stands under the name of who wrote the message; the administrator is named behind it, or is the one who exported.
DELETED_BY_ADMIN = re.compile(
    r"this message was deleted by (?:an )?admin(?: [^\n]{1,60})?|you deleted this message as admin", re.IGNORECASE
)
MISSED_CALL = _phrases("missed voice call|missed video call|missed group voice call|missed group video call")
EDITED = re.compile(
    rf"<{_M}(?:This message was edited|Se editó este mensaje|Ce message a été modifié|Diese Nachricht wurde bearbeitet|"
    "Questo messaggio è stato modificato|Mensagem editada|Esta mensagem foi editada|Dit bericht is bewerkt|"
    "Wiadomość została edytowana|Ta wiadomość została edytowana|Bu mesaj düzenlendi|Сообщение изменено|"
    rf"Данное сообщение изменено|تم تعديل هذه الرسالة|ההודעה נערכה)\.?{_M}>[\s{MARKS}]*$"
)
ENCRYPTION = re.compile(
    r"^(?:messages (?:and calls|to this (?:chat|group)|you send to this (?:chat|group))\b.{0,60}\bend-to-end encrypt|"
    r"nachrichten .{0,60}\bende-zu-ende-verschl|los mensajes .{0,80}\bextremo a extremo|"
    r"les messages .{0,80}\bde bout en bout|i messaggi .{0,80}\bcrittograf|"
    r"as mensagens .{0,80}\bponta a ponta|berichten .{0,80}\bend-to-end|"
    r"wiadomości .{0,80}\bpełn\w+ szyfrow|mesajlar .{0,80}\buçtan uca şifre|сообщения .{0,80}\bсквозн|"
    r"viestit ja puhelut .{0,60}\bsalat|as mensagens .{0,80}\bponto a ponto|zprávy a hovory .{0,60}\bšifrov|"
    r"повідомлення .{0,80}\bнаскрізн|pesan dan panggilan .{0,60}\bend-to-end|meddelanden och samtal .{0,60}\bkrypter|"
    r"beskeder og opkald .{0,60}\bkrypter|meldinger og samtaler .{0,60}\bkrypter|az üzenetek .{0,60}\btitkosít|"
    r"mesajele .{0,80}\bcriptate|tin nhắn và cuộc gọi .{0,60}mã hóa|ข้อความและการโทร.{0,60}เข้ารหัส|"
    r"الرسائل والمكالمات .{0,60}مشفر|ההודעות והשיחות .{0,60}מוצפנ|मैसेजेस और कॉल्स .{0,60}एन्क्रिप्टेड|"
    r"メッセージと通話は.{0,60}暗号化|消息和通话.{0,60}加密|訊息和通話.{0,60}加密|메시지 및 전화는 .{0,60}암호화)",
    re.IGNORECASE,
)
