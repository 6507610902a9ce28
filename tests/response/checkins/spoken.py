"""Messages as people send them, with what they say for certain. All of them our own words.

``1`` safe, ``2`` needs help, ``3`` not there, ``-`` a person must read it, ``!`` a person must
read it and before others, ``s`` stop, ``g`` start.
"""

SPOKEN = """
1|1
2|2
3|3
 1 |1
1.|1
(1)|1
"2"|2
2!!!|2
1)|1
<3>|3
1️⃣|1
2️⃣|2
①|1
１|1
²|2
١|1
٢.|2
۳|3
۱|1
१|1
२|2
১|1
๑|1
1 👍|1
1 🙏🏻|1
1 thank you|1
Salam 1|1
1 спасибо|1
1 safe|1
2 help|2
3 not there|3
1 - təhlükəsizəm|1
4|-
0|-
12|-
21|-
1 2|!
1,2|!
1 2 3|!
1 safe, 2 need help, 3 not there|!
1 or 2|!
½|!
1?|-
2?|!
1 😭|-
1 💔|-
1 :(|-
1 (((|-
+1|-
1%|-
112|!
911|!
1 help|!
2 safe|!
3 safe|-
1 but my son is hurt|!
1, Aylin|-
1 person missing|!
we are 3|-
2 of us are safe, 1 is missing|!
🆘|2
🆘🆘🆘|2
👍|-
👎|-
❤️|-
...|-
?|-
safe|1
SAFE|1
Safe.|1
safe 🙏|1
I am safe|1
I'm safe, thank you|1
im safe|1
we are safe|1
We're all safe thank God|1
I am save|1
i am fine|1
im ok|1
all ok|1
everything is fine|1
I'm alright thanks|1
yes safe|1
Hello, I am safe and well.|1
imsafe|1
saaafe|1
help|2
HELP!!!|2
heeeeelp|2
hlep|2
please help|2
help me please|2
I need help|2
need help urgently|2
we need a doctor|2
SOS|2
trapped|2
I am trapped under the rubble|2
save me|2
I'm injured|2
not there|3
I am not there|3
i'm not there anymore|3
we left the country|3
not in the area|3
ok|-
yes|-
no|-
okay thanks|-
fine|-
good|-
who is this?|-
are you safe|-
safe?|-
is it safe|-
not safe|!
I am not safe|!
im not safe|!
unsafe|!
no safe here|!
never been safe|!
safe but my brother needs help|!
safe but no water|!
I am safe, my wife is not|!
my mother is safe|-
he safe|-
Alan safe|-
my brother is injured|!
I don't need help|!
no help needed|!
I need no help, I am safe|!
safe for now|-
hope to be safe soon|-
was safe yesterday|-
I will be safe|-
safety|-
not hurt|!
save our embassy|!
help my brother|!
need help 5 people|!
we are safe except Rauf|!
safe but|!
I am at the hotel|-
call me|-
stop|s
STOP.|s
Stop all|s
unsubscribe|s
start|g
stop the war|-
dont stop|-
please stop|s
Təhlükəsizəm|1
tehlukesizem|1
tehlukesizlikdeyem|1
təhlükəsizlikdəyik|1
yaxşıyam|1
yaxshiyam|1
yaxsiyam|1
Salam, yaxşıyam, sağ olun|1
yaxşıyıq|1
salamatam|1
salamatıq çox şükür|1
sağ-salamatam|1
hər şey yaxşıdır|1
her sey qaydasindadir|1
яхшыйам|1
tehluksizem|1
kömək|2
komek|2
kömək lazımdır|2
mənə kömək edin|2
komeye ehtiyacim var|2
təcili kömək edin|2
Kömək! Təcili!|2
dağıntı altındayam|2
yaralıyam|2
xilas edin|2
təhlükədəyəm|2
kömək istəyirəm|2
komek isteyirik|2
köməyiniz lazımdır|2
təhlükədən uzağam|1
oradan getmişəm|3
ölkədən çıxmışıq|3
kömək istəmirəm|!
oradan çıxa bilmirəm|-
təhlükədən uzaq deyiləm|!
orada deyiləm|3
orda deyilem|3
mən orada deyiləm|3
ərazidə deyilik|3
təhlükəsiz deyiləm|!
təhlükəsiz deyil|!
yaxşı deyiləm|-
salamat deyiləm|!
yaxşıyam amma qardaşım yaralıdır|!
hamımız yaxşıyıq, anam itkindir|!
kömək lazım deyil|!
qardaşıma kömək edin|!
təhlükə var|!
yaxşı|-
bəli|-
salam|-
Salamat|-
uşaq qalıb|!
dayan|s
başla|g
я в безопасности|1
В безопасности.|1
мы в безопасности, спасибо|1
в безопастности|1
в порядке|1
ya v poryadke|1
ja v poryadke|-
всё в порядке|1
все хорошо|1
vse horosho|1
vse xorosho|1
все нормально|1
у нас всё нормально|1
жив здоров|1
живы и здоровы|1
вне опасности|1
со мной всё в порядке|1
с нами все хорошо|1
so mnoy vse v poryadke|1
со мной не все в порядке|!
помогите|2
ПОМОГИТЕ!!!|2
памагите|2
pomogite|2
нужна помощь|2
мне нужна помощь, пожалуйста|2
nuzhna pomosh|2
срочно помогите|2
спасите нас|2
прошу помощи|2
просим о помощи, срочно|2
помощи не прошу|!
под завалами|2
в опасности|2
сос|2
не там|3
меня там нет|3
menya tam net|3
я не в зоне|3
мы уже не в стране|3
нас уже нет в стране|3
не в безопасности|!
я не в безопасности|!
не в порядке|!
небезопасно|!
ненормально|!
все плохо|!
все хорошо, но сын пропал|!
в безопасности кроме отца|!
помощь не нужна|!
не нужна помощь|!
мама в порядке|-
хорошо|-
жив|-
да|-
нет|-
ок|-
кто это|-
стоп|s
отписаться|s
старт|g
güvendeyim|1
guvendeyim|1
iyiyim|1
iyiyiz çok şükür|1
hepimiz iyiyiz|1
sağ salim|1
emniyetteyim|1
durumumuz iyi|1
durumum iyi değil|!
yardım|2
yardım edin|2
yardim lazim|2
acil yardım|2
yardıma ihtiyacım var|2
enkaz altındayım|2
imdat|2
kurtarın|2
orada değilim|3
bölgede değilim|3
iyi değilim|!
güvende değilim|-
yardım gerekmiyor|!
iyiyim ama kardeşim enkaz altında|!
tamam|-
dur|s
سالمم|1
من سالمم|1
خوبم|1
حالم خوبه|1
من خوبم ممنون|1
در امانم|1
امنیم|1
salemam|1
man khubam|1
کمک|2
کمک کنید|2
کمک می خوام|2
کمک می‌خواهیم|2
کمک نمی خوام|!
به کمک نیاز دارم|2
لطفا کمکم کنید|2
kumak|2
komak konid|2
زیر آوارم|2
نجاتم بدید|2
آنجا نیستم|3
من اونجا نیستم|3
خوب نیستم|!
سالم نیستم|!
در امان نیستم|!
خوبم ولی برادرم زخمی است|!
سالم|-
خوبه|-
لغو|s
أنا بخير|1
انا بخير الحمد لله|1
بخير|1
نحن بخير|1
كلنا بخير والحمد لله|1
في أمان|1
بصحة جيدة|1
لست بصحة جيدة|!
ana bkhair|1
ana b5er|1
ساعدوني|2
النجدة|2
أحتاج إلى مساعدة|2
محتاج مساعدة|2
أرجوكم ساعدونا|2
تحت الأنقاض|2
musa3ada|2
لست هناك|3
انا مش هناك|3
لست في المنطقة|3
لست بخير|!
انا مش بخير|!
لا أحتاج مساعدة|!
بخير لكن ابني مصاب|!
الحمد لله|-
تمام|-
سالم|-
salim|-
إيقاف|s
estoy bien|1
Estoy bien gracias|1
estamos bien|1
a salvo|1
todo bien|1
sanos y salvos|1
ayuda|2
AYUDA POR FAVOR|2
necesito ayuda|2
nesesito ayuda|2
auxilio|2
estoy atrapado|2
no estoy ahí|3
no estoy en la zona|3
ya no estamos en el país|3
no estoy bien|!
no estamos a salvo|!
estoy mal|!
estoy bien pero mi hijo no|!
no necesito ayuda|!
bien|-
sí|-
baja|s
je suis en sécurité|1
en securite|1
tout va bien|1
je vais bien merci|1
nous sommes sains et saufs|1
aidez-moi|2
au secours|2
j'ai besoin d'aide|2
besoin d aide svp|2
à l'aide !|2
je ne suis pas là-bas|3
je n'y suis pas|3
pas sur place|3
je ne suis pas en sécurité|!
pas en securite|!
ça va|-
ça ne va pas|!
tous en sécurité sauf mon frère|-
pas besoin d'aide|!
arrêt|s
我很安全|-
საშველად|-
मैं ठीक हूँ|-
sjkdfh|-
"""

# More than one line, or a quotation beneath.
LONGER = [
    ("I am safe\n\n> Are you safe? 1 safe, 2 need help, 3 not there", "1"),
    ("1\n\n-- \nLeyla Example\nBaku", "1"),
    ("Safe\nand my sister too", "-"),
    ("safe " * 30, "-"),
    ("", "-"),
]

EXPECTED = [line.rsplit("|", 1) for line in SPOKEN.strip("\n").splitlines()] + [
    list(pair) for pair in LONGER
]
